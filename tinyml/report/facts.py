"""What each command has to tell, as a tree of plain values: printed as JSON or shown as tables."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from tinyml.board import EVIDENCE_LEVELS, Board, Console, unfilled
from tinyml.build import Image
from tinyml.doctor import Check
from tinyml.generate import Project
from tinyml.generate.project import STORAGE
from tinyml.graph import Tensor
from tinyml.measure.measurements import Run
from tinyml.measure.swap import Swap
from tinyml.ops import contract
from tinyml.plan import Layer, Plan, occupancy
from tinyml.plan.budget import Budget, RegionBudget
from tinyml.plan.costs import layer_code_bytes
from tinyml.quantize import Converted
from tinyml.report import record as records
from tinyml.run import targets

Facts = dict[str, Any]


def _tensor(tensor: Tensor) -> Facts:
    facts: Facts = {"name": tensor.name, "shape": list(tensor.shape), "type": tensor.type}
    if tensor.quantization is not None:
        facts |= {"scale": tensor.quantized.scale, "zero_point": tensor.quantized.zero_point}
    return facts


def _layer(plan: Plan, layer: Layer) -> Facts:
    output = plan.graph.tensors[layer.operator.outputs[0]]
    return {
        "layer": layer.label,
        "output": f"{list(output.shape)} {output.type}",
        "macs": layer.lowered.macs,
        "constant_bytes": sum(c.values.nbytes for c in layer.constants),
        "code_bytes": layer_code_bytes(layer),
        "live_bytes": plan.memory.live_bytes[layer.operator.index],
        "kernels": list(layer.kernels),
    }


def plan(plan: Plan, budget: Budget | None = None) -> Facts:
    """Return the facts of a plan, with its budget on a board where one was named."""
    graph = plan.graph
    facts: Facts = {
        "sha256": graph.sha256,
        "inputs": [_tensor(graph.tensors[t]) for t in graph.inputs],
        "outputs": [_tensor(graph.tensors[t]) for t in graph.outputs],
        "layers": [_layer(plan, layer) for layer in plan.layers],
        "rewritings": [_rewriting(asdict(rewriting)) for rewriting in plan.rewritings],
        "macs": plan.macs,
        "arena_bytes": plan.memory.arena_bytes,
        "arena_bound_bytes": plan.memory.bound,
        "constant_bytes": plan.constant_bytes,
        "peak_layers": [graph.label(graph.operators[t]) for t in plan.memory.peak],
    }
    if budget is not None:
        facts |= {
            "board": budget.board,
            "placement": asdict(budget.placement),
            "memory": [_region(use) for use in budget.regions],
        }
    return facts


def arena(plan: Plan) -> list[Facts]:
    """Return who has which bytes of the arena during which layers."""
    return [asdict(block) for block in occupancy.blocks(plan)]


def _rewriting(rewriting: Mapping[str, Any]) -> Facts:
    """Return the facts of a rewriting, as a plan or a manifest has it."""
    saved = {f"saved_{name}": value for name, value in rewriting["saved"].items()}
    return {"rewriting": rewriting["name"], **saved, "where": list(rewriting["done"])}


def _region(use: RegionBudget) -> Facts:
    facts = {"region": use.region, "kind": use.kind, "parts": dict(use.parts)}
    return facts | {"needed_bytes": use.needed, "available_bytes": use.available}


def project(project: Project) -> Facts:
    """Return the facts of a generated project."""
    keys = ("model", "board", "placement", "engine", "macs", "arena_bytes", "constant_bytes")
    rewritings = [_rewriting(rewriting) for rewriting in project.manifest.get("rewritings", [])]
    return {"project": str(project.path), **{key: project.manifest[key] for key in keys}, "rewritings": rewritings}


def image(image: Image) -> Facts:
    """Return the facts of a built image."""
    sizes = image.sizes
    return {
        "project": str(image.project),
        "elf": str(image.elf),
        "sha256": image.sha256,
        "compiler": image.compiler,
        "flash": {"code": sizes.code, "constants": sizes.constants, "total": sizes.flash_total},
        "arena_and_guards_bytes": sizes.arena,
        "static_bytes": sizes.static,
        "link_bytes": sizes.link,
        "stack_reserved_bytes": sizes.stack,
    }


def flash(image: Image, board: Board) -> Facts:
    """Return the facts of an image that was written into a board."""
    assert board.upload, "the image was written"
    return {
        "project": str(image.project),
        "board": board.name,
        "tool": board.upload.tool,
        "sha256": image.sha256,
        "flash_bytes": image.sizes.flash_total,
    }


def swap(model: Path, project: Path, swapped: Swap, target: str) -> Facts:
    """Return the facts of a model that took another one's place."""
    made = Project.load(project)
    slots, board = made.manifest["slots"], made.board()
    in_file = target == "qemu" and board.qemu is not None and board.qemu.kept == slots["region"]
    in_ram = "in RAM: across a reset, until the power goes"
    return {
        "project": str(project),
        "model": model.name,
        "swap": swapped.sequence,
        "model_bytes": swapped.model_bytes,
        "slot_model_bytes": swapped.slot_model_bytes,
        "samples": swapped.samples,
        "kept": f"in {STORAGE}" if in_file else "in flash" if slots["kind"] == "flash" else in_ram,
    }


def _ways(board: Board) -> list[Facts]:
    return [{"target": target, "installed": installed} for target, installed in targets(board).items()]


def _evidence(board: Board) -> list[Facts]:
    proofs = [{"level": proof.level, "with": proof.tools, "date": proof.date} for proof in board.evidence]
    return proofs or [{"level": EVIDENCE_LEVELS[0], "with": "", "date": ""}]


def boards(boards: Sequence[Board]) -> Facts:
    """Return the facts of the known boards that one chooses by; sizes are of all regions that can be used."""
    return {
        "boards": [
            {
                "name": board.name,
                "title": board.title,
                "cpu": board.cpu,
                "clock_hz": board.clock_hz,
                "ram_bytes": board.usable_bytes("ram"),
                "flash_bytes": board.usable_bytes("flash"),
                "targets": _ways(board),
                "evidence": _evidence(board),
            }
            for board in boards
        ]
    }


def _given(part: object) -> Facts:
    """Return a part of a board without what it leaves out."""
    facts = asdict(part)  # type: ignore[call-overload]
    given = {key: value for key, value in facts.items() if value not in (None, "", ())}
    return {key: str(value) if isinstance(value, Fraction) else value for key, value in given.items()}


def _pins(console: Console) -> Facts:
    return {key: str(pin) for key, pin in (("tx", console.tx), ("rx", console.rx)) if pin is not None}


def board(board: Board) -> Facts:
    """Return everything that is known of one board, addresses and sizes as numbers."""
    return {
        "name": board.name,
        "title": board.title,
        "vendor": board.vendor,
        "url": board.url,
        "cpu": board.cpu,
        "flags": list(board.flags),
        "port": board.port,
        "clock_hz": board.clock_hz,
        "crystal_hz": board.crystal_hz,
        "clock_bypass": board.clock_bypass,
        "stack_bytes": board.stack_bytes,
        "memory": [asdict(region) for region in board.memory],
        "place": dict(board.place),
        "console": {**_given(board.console), **_pins(board.console)},
        "counter": _given(board.counter),
        "image": _given(board.image),
        "upload": None if board.upload is None else _given(board.upload),
        "qemu": None if board.qemu is None else _given(board.qemu),
        "renode": None if board.renode is None else _given(board.renode),
        "targets": _ways(board),
        "evidence": _evidence(board),
        "documents": list(board.documents),
    }


def new_board(path: Path) -> Facts:
    """Return where a board file was begun, and which of its lines are to be filled in and to be checked."""
    text = path.read_text(encoding="utf-8")
    marked = [number for number, line in enumerate(text.splitlines(), start=1) if "# check: " in line]
    return {
        "file": str(path),
        "lines_to_fill_in": [number for number, _ in unfilled(text)],
        "lines_to_check": marked,
        "then": f"tinyml boards {path}",
    }


def operators(rows: Sequence[contract.Row]) -> Facts:
    """Return the contract of exactness, and how many of its rows hold."""
    counts = Counter(row.state for row in rows)
    return {
        "operators": [asdict(row) for row in rows],
        "names": len({row.operator for row in rows}),
        **{state: counts[state] for state in (contract.EXACT, contract.BOUND, contract.PLANNED)},
    }


def doctor(checks: Sequence[Check]) -> Facts:
    """Return what was found installed."""
    return {
        "checks": [
            {
                "name": check.name,
                "found": check.version or "yes"
                if check.found
                else "missing"
                if check.required
                else "not installed",
                "required": check.required,
                "purpose": check.purpose,
                "install": check.install,
            }
            for check in checks
        ]
    }


def starter(folder: Path, files: Sequence[Path]) -> Facts:
    """Return what a starter consists of."""
    return {"folder": str(folder), "files": [str(path) for path in files]}


def run(run: Run) -> Facts:
    """Return the facts of a run on a device."""
    measured = run.measurements
    return {
        "project": str(run.project),
        "samples": measured.samples,
        "outputs": str(run.outputs_file),
        "layers": [asdict(layer) for layer in measured.layers],
        "instructions": measured.instruction_summary,
        "stack_bytes": measured.stack_bytes,
    }


def conversion(path: Path, converted: Converted) -> Facts:
    """Return the facts of a conversion."""
    return {"file": str(path), "bytes": len(converted.data), **records.conversion(converted)}

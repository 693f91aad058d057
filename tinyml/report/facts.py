"""What each command has to tell, as a tree of plain values: printed as JSON or shown as tables."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tinyml.board import EVIDENCE_LEVELS, Board
from tinyml.build import Image
from tinyml.doctor import Check
from tinyml.generate import Project
from tinyml.graph import Tensor
from tinyml.measure.measurements import Run
from tinyml.plan import Layer, Plan
from tinyml.plan.budget import Budget, RegionBudget
from tinyml.quantize import Converted
from tinyml.report import record as records

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
        "live_bytes": plan.memory.live_bytes[layer.operator.index],
        "kernels": [call.kernel for call in layer.lowered.calls],
    }


def plan(plan: Plan, budget: Budget | None = None) -> Facts:
    """Return the facts of a plan, with its budget on a board where one was named."""
    graph = plan.graph
    facts: Facts = {
        "sha256": graph.sha256,
        "inputs": [_tensor(graph.tensors[t]) for t in graph.inputs],
        "outputs": [_tensor(graph.tensors[t]) for t in graph.outputs],
        "layers": [_layer(plan, layer) for layer in plan.layers],
        "macs": plan.macs,
        "arena_bytes": plan.memory.arena_bytes,
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


def _region(use: RegionBudget) -> Facts:
    facts = {"region": use.region, "kind": use.kind, "parts": dict(use.parts)}
    return facts | {"needed_bytes": use.needed, "available_bytes": use.available}


def project(project: Project) -> Facts:
    """Return the facts of a generated project."""
    keys = ("model", "board", "placement", "engine", "macs", "arena_bytes", "constant_bytes")
    return {"project": str(project.path), **{key: project.manifest[key] for key in keys}}


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


def _runs_here(board: Board) -> list[str]:
    emulators = {"qemu": board.qemu, "renode": board.renode}
    return [name for name, model in emulators.items() if model is not None] + ["serial"]


def _evidence(board: Board) -> str:
    proofs = "; ".join(f"{proof.level} ({proof.tools}, {proof.date})" for proof in board.evidence)
    return proofs or EVIDENCE_LEVELS[0]


def boards(boards: Sequence[Board]) -> Facts:
    """Return the facts of the known boards."""
    return {
        "boards": [
            {
                "name": board.name,
                "title": board.title,
                "cpu": board.cpu,
                "clock_hz": board.clock_hz,
                "ram_bytes": board.ram.length,
                "flash_bytes": board.flash.length,
                "targets": _runs_here(board),
                "evidence": _evidence(board),
            }
            for board in boards
        ]
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

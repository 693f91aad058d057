"""A plan and a board become a firmware project that builds with PlatformIO alone."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from tinyml import kernels, protocol, resources
from tinyml.board import Board
from tinyml.errors import BoardError, InputError
from tinyml.generate import offline, platformio, project, renode, source
from tinyml.generate.project import Project
from tinyml.generate.source import Origin
from tinyml.plan import Plan, occupancy
from tinyml.plan.budget import check_fit
from tinyml.plan.interpreter import arena_bytes
from tinyml.plan.placement import Placement
from tinyml.plan.slots import Slots
from tinyml.render import render
from tinyml.version import __version__

__all__ = ["Origin", "Project", "files", "generate"]

ENGINES = ("compiled", "interpreter")
OPERATORS = ("model", "all")
_PREFIX = re.compile(r"[a-z][a-z0-9_]*")
_STANDARD_HEADERS = frozenset(
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdarg stdbool stddef "
    "stdint stdio stdlib string tgmath time wchar wctype".split()
)


def files(
    plan: Plan,
    board: Board,
    placement: Placement,
    origin: Origin,
    engine: str = "compiled",
    operators: str = "model",
    slots: Slots | None = None,
) -> tuple[dict[str, bytes], int]:
    """Return all files of the project but its manifest, by path inside the project, and the firmware's build id.

    Both depend on the arguments alone: two runs give the same ones.
    """
    texts = source.files(plan, origin, engine, operators, slots) | platformio.files(board, placement) | _runtime()
    driver = platformio.flash_driver(board)
    if slots is not None and slots.kind == "flash" and driver is not None:
        texts[f"{source.SWAP_FOLDER}/{driver.name}"] = driver.read_text(encoding="utf-8")
    texts["README.md"] = render(
        "project.md.j2",
        origin=origin,
        plan=plan,
        board=board,
        version=__version__,
        pictured=engine == "compiled",
        slots=slots,
        specialised=f"src/{origin.prefix}_kernels.S" in texts,
    )
    if engine == "compiled":
        texts["memory.svg"] = _memory_picture(plan, origin)
    contents = {name: text.encode() for name, text in texts.items()}
    contents[project.MODEL] = plan.graph.data
    contents[project.BOARD] = board.text.encode()
    build_id = int(project.content_hash(contents)[:8], 16)
    contents["lib/tinyml_runtime/tm_build.h"] = render(
        "tm_build.h.j2", version=__version__, build_id=f"0x{build_id:08x}"
    ).encode()
    contents |= {
        name: text.encode()
        for name, text in renode.files(plan, board, build_id, arena_bytes(plan, engine)).items()
    }
    return contents, build_id


def _memory_picture(plan: Plan, origin: Origin) -> str:
    """Return the arena over time as a picture, whose parts say what they are where a pointer rests on them."""
    column = max(12, min(80, 900 // len(plan.layers)))
    left, top, height = 70, 20, 640
    return render(
        "memory.svg.j2",
        model_name=origin.model_name,
        plan=plan,
        blocks=occupancy.blocks(plan),
        column=column,
        left=left,
        top=top,
        height=height,
        width=left + column * len(plan.layers),
        scale=(height - 2 * top) / max(1, plan.memory.arena_bytes),
    )


def _runtime() -> dict[str, str]:
    folder = "lib/tinyml_runtime"
    texts = {
        f"{folder}/{path.name}": path.read_text(encoding="utf-8")
        for path in sorted((resources.firmware() / "runtime").glob("*.[ch]"))
    }
    texts[f"{folder}/tm_protocol.h"] = protocol.render_header()
    return texts


def _check_prefix(prefix: str) -> None:
    if not _PREFIX.fullmatch(prefix):
        raise InputError(
            f"the prefix {prefix!r} is not allowed: lower-case letters, digits and underscores, "
            "beginning with a letter"
        )
    # The model's header is PREFIX.h and must not stand before another one of that name.
    if prefix in {*_STANDARD_HEADERS, *kernels.names(), "main"} or prefix.startswith("tm_"):
        raise InputError(f"the prefix {prefix!r} is the name of another header or source", "Choose another.")


def check_engine(engine: str) -> None:
    """Check that `engine` is one of ENGINES.

    Raises:
        InputError: it is not.
    """
    _check_choice("engine", engine, ENGINES)


def _check_choice(what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(f"the {what} {value!r} is not known", f"Choose one of {', '.join(allowed)}.")


def _check_slots(slots: Slots | None, board: Board, engine: str) -> None:
    if slots is None:
        return
    if engine != "interpreter":
        raise InputError(
            f"the engine {engine!r} has no slots for models: its model is part of its code",
            "Add --engine interpreter, or leave --slots out.",
        )
    if slots.kind == "flash" and platformio.flash_driver(board) is None:
        raise BoardError(
            f"the slots of {board.name} lie in flash, which the port {board.port} cannot write",
            "Name a region of RAM in [slots] of the board's file, or leave the table out.",
        )


def generate(
    plan: Plan,
    board: Board,
    origin: Origin,
    out: Path,
    force: bool = False,
    engine: str = "compiled",
    operators: str = "model",
    place: Mapping[str, str] | None = None,
    slots: Slots | None = None,
) -> Project:
    """Write the firmware project of `plan` for `board` into the folder `out`.

    Args:
        plan: the model.
        board: where it will run.
        origin: what the generated files say about where they come from.
        out: the project's folder.
        force: overwrite files of an existing project that its user has edited.
        engine: "compiled", or "interpreter" to run the flatbuffer itself.
        operators: what the interpreter can run: "model" for what the model needs, or "all".
        place: the memory regions that the user chose for parts of the image.
        slots: where models that replace this one go, outside the memory that `board` still has; None: nowhere.

    Raises:
        FitError: the model does not fit the board; nothing is written.
        ProjectError: `out` holds something else, or files that its user has edited.
        InputError: the prefix is not a lower-case C name.
    """
    _check_prefix(origin.prefix)
    check_engine(engine)
    _check_choice("choice of operators", operators, OPERATORS)
    placement = check_fit(plan, board, engine, place).placement
    if engine == "interpreter":
        plan = offline.attach(plan)
    _check_slots(slots, board, engine)
    contents, build_id = files(plan, board, placement, origin, engine, operators, slots)
    facts = {
        "tinyml": __version__,
        "build_id": build_id,
        "command": origin.command,
        "options": dict(origin.options),
        "model": {"path": origin.model_name, "file": origin.file, "sha256": plan.graph.sha256},
        "board": board.name,
        "placement": asdict(placement),
        "engine": engine,
        "prefix": origin.prefix,
        "optimize": plan.optimize,
        "arrangement": plan.arrangement,
        "ram_budget": plan.ram_budget,
        "arena_bytes": arena_bytes(plan, engine),
        "constant_bytes": plan.constant_bytes,
        "macs": plan.macs,
        "rewritings": [asdict(rewriting) | {"done": list(rewriting.done)} for rewriting in plan.rewritings],
        "layers": [
            {
                "index": layer.index,
                "operator": layer.operator.name,
                "label": layer.label,
                "macs": layer.lowered.macs,
                "kernels": list(layer.kernels),
            }
            for layer in plan.layers
        ],
    }
    if slots is not None:
        facts["slots"] = asdict(slots)
    return project.write(out, contents, facts, force)

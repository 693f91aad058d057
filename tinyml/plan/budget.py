"""Whether a model fits a board and where its parts go there, answered before anything is compiled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tinyml.board import Board
from tinyml.errors import FitError, InputError
from tinyml.plan import Plan
from tinyml.plan.costs import layer_code_bytes, row_loop_bytes
from tinyml.plan.interpreter import arena_bytes, flatbuffer_bytes
from tinyml.plan.placement import Placement, place
from tinyml.plan.rows import functions, specialised

# What the firmware needs besides the model. The build's tests hold real images against these figures.
STACK_BYTES = 4096
RUNTIME_RAM_BYTES = 1472  # link buffers, the report of a crash, the runtime's variables, the arena's guards
RUNTIME_CODE_BYTES = 8192
INTERPRETER_CODE_BYTES = 8192  # the interpreter without its kernels
CODE_BYTES_A_KERNEL = 4096  # a kernel for any layer
STREAM_CODE_BYTES = 400  # the loops over the turns that operators take, for inferences and for digests
PART_CODE_BYTES = 24  # of their tables, for each operator


@dataclass(frozen=True)
class RegionBudget:
    """What a memory region is needed for.

    Attributes:
        region: its name.
        kind: "flash" or "ram".
        parts: the bytes of each part of the image in it; the size of code is an upper estimate.
        available: the bytes that it has.
    """

    region: str
    kind: str
    parts: Mapping[str, int]
    available: int

    @property
    def needed(self) -> int:
        """The bytes of all parts."""
        return sum(self.parts.values())


@dataclass(frozen=True)
class Budget:
    """Needed and available bytes.

    Attributes:
        board: the board's name.
        placement: the region of each part of the image.
        regions: the regions that are used, in the board's order.
    """

    board: str
    placement: Placement
    regions: tuple[RegionBudget, ...]


def parse_bytes(text: str) -> int:
    """Return a number of bytes from a text such as "32k", "16K" or "12000".

    Raises:
        InputError: it is no such text, or 0.
    """
    found = re.fullmatch(r"(\d{1,9})([kK]?)", text)
    if found is None or not int(found[1]):
        raise InputError(f"{text!r} is no number of bytes", "Write it like 32k or 12000; k is 1,024 bytes.")
    return int(found[1]) * (1024 if found[2] else 1)


def check_arena(plan: Plan, most: int | None) -> None:
    """Check that the arena of `plan` has no more bytes than `most`, if that is a number.

    Raises:
        FitError: it has; the error says how many, and which layers make the peak.
    """
    if most is not None and plan.memory.arena_bytes > most:
        raise FitError(
            f"the smallest arena that was found has {plan.memory.arena_bytes:,} bytes, and the RAM budget is "
            f"{most:,}; {_peak_text(plan)}",
            "Give a larger --ram-budget, or a smaller model.",
        )


def stack_bytes(board: Board) -> int:
    """Return the RAM that is set aside for the stack on `board`."""
    return board.stack_bytes or STACK_BYTES


def _code_bytes(plan: Plan, engine: str) -> int:
    rows = [part.rows for part in plan.parts]
    special = sum(f.code_bytes for f in functions(rows)) + row_loop_bytes() * len(specialised(rows))
    portable = [part for part in plan.parts if part.portable]
    called = [kernel for part in portable for kernel in part.portable]
    calls = sum(map(layer_code_bytes, portable))
    general = 0
    if engine == "interpreter":  # most kernels twice: for any layer, and for the model's
        general = INTERPRETER_CODE_BYTES + CODE_BYTES_A_KERNEL * len(set(called))
    streams = [layer.stream for layer in plan.layers if layer.stream is not None]
    turns = sum(STREAM_CODE_BYTES + len(s.steps) + PART_CODE_BYTES * len(s.parts) for s in streams)
    return RUNTIME_CODE_BYTES + general + calls + special + turns


def _needs(plan: Plan, board: Board, engine: str) -> dict[str, int]:
    return {
        "image": _code_bytes(plan, engine),
        "weights": flatbuffer_bytes(plan) if engine == "interpreter" else plan.constant_bytes,
        "stack": stack_bytes(board),
        "statics": RUNTIME_RAM_BYTES,
        "arena": arena_bytes(plan, engine),
    }


def _regions(board: Board, placement: Placement, needs: Mapping[str, int]) -> tuple[RegionBudget, ...]:
    found = []
    for region in board.memory:
        parts = {part: needs[part] for part in placement.parts(region.name)}
        if placement.weights == region.name and region.kind == "ram":
            parts["weights"] = needs["weights"]
        if placement.image == region.name and board.region(placement.weights).kind == "ram":
            parts["weights"] = needs["weights"]  # from where they are copied
        if parts:
            found.append(RegionBudget(region.name, region.kind, parts, region.free))
    return tuple(found)


def budget(plan: Plan, board: Board, engine: str = "compiled", given: Mapping[str, str] | None = None) -> Budget:
    """Return what `plan` needs on `board`, and where.

    Args:
        plan: the model.
        board: where it would run.
        engine: "compiled" or "interpreter".
        given: regions that the user chose for parts of the image.

    Raises:
        InputError, BoardError: a part is given a region that cannot hold it, or that the board does not have.
    """
    needs = _needs(plan, board, engine)
    placement = place(board, needs, given or {})
    return Budget(board.name, placement, _regions(board, placement, needs))


def _peak_text(plan: Plan) -> str:
    operators = plan.graph.operators
    names = [plan.graph.label(operators[t]) for t in plan.memory.peak]
    live = max(plan.memory.live_bytes, default=0)
    return f"most tensor bytes ({live:,}) are alive in " + ", ".join(names)


def _largest_constants(plan: Plan) -> str:
    sizes = sorted(
        ((sum(c.values.nbytes for c in layer.constants), layer.label) for layer in plan.layers), reverse=True
    )
    return "the largest constants are those of " + ", ".join(f"{name} ({size:,})" for size, name in sizes[:3])


def _problem(plan: Plan, use: RegionBudget) -> str:
    parts = ", ".join(f"{part} {size:,}" for part, size in use.parts.items())
    reason = _peak_text(plan) if use.kind == "ram" else _largest_constants(plan)
    about = "about " if use.kind == "flash" else ""
    return (
        f"it needs {about}{use.needed:,} bytes of {use.region} ({parts}), which has {use.available:,}: "
        f"{use.needed - use.available:,} too many; {reason}"
    )


def check_fit(
    plan: Plan, board: Board, engine: str = "compiled", given: Mapping[str, str] | None = None
) -> Budget:
    """Return the budget of `plan` on `board`; arguments are those of `budget`.

    Raises:
        FitError: RAM or flash are too small; the error says by how much, and which layers make the peak.
        InputError, BoardError: as `budget`.
    """
    found = budget(plan, board, engine, given)
    problems = [_problem(plan, use) for use in found.regions if use.needed > use.available]
    if problems:
        raise FitError(
            f"the model does not fit {board.name}: " + "; ".join(problems),
            "Choose a larger board (`tinyml boards`) or a smaller model.",
        )
    return found

"""Whether a model fits a board, answered before anything is compiled."""

from dataclasses import dataclass

from tinyml.board import Board
from tinyml.errors import FitError
from tinyml.plan import Plan
from tinyml.plan.interpreter import arena_bytes

# What the firmware needs besides the model. The build's tests hold real images against these figures.
STACK_BYTES = 4096
RUNTIME_RAM_BYTES = 2048  # link buffers, the runtime's variables, the arena's guards
RUNTIME_CODE_BYTES = 8192
CODE_BYTES_A_CALL = 2048  # a kernel specialised for its layer, with its table; most are much smaller
INTERPRETER_CODE_BYTES = 8192  # the interpreter without its kernels
CODE_BYTES_A_KERNEL = 4096  # a kernel for any layer


@dataclass(frozen=True)
class Budget:
    """Needed and available bytes.

    Attributes:
        board: the board's name.
        ram_needed: arena, stack and the runtime's own.
        ram_available: the board's main RAM.
        flash_needed: constants and an upper estimate of the code; the build gives the exact figure.
        flash_available: the board's flash.
    """

    board: str
    ram_needed: int
    ram_available: int
    flash_needed: int
    flash_available: int


def stack_bytes(board: Board) -> int:
    """Return the RAM that is set aside for the stack on `board`."""
    return board.stack_bytes or STACK_BYTES


def _flash_bytes(plan: Plan, engine: str) -> int:
    calls = sum(len(layer.lowered.calls) for layer in plan.layers)
    if engine == "interpreter":  # most kernels twice: for any layer, and for the model's
        kernels = {call.kernel for layer in plan.layers for call in layer.lowered.calls}
        general = INTERPRETER_CODE_BYTES + CODE_BYTES_A_KERNEL * len(kernels)
        return len(plan.graph.data) + general + CODE_BYTES_A_CALL * calls
    return plan.constant_bytes + CODE_BYTES_A_CALL * calls


def budget(plan: Plan, board: Board, engine: str = "compiled") -> Budget:
    """Return what `plan` needs on `board` with an engine, "compiled" or "interpreter"."""
    return Budget(
        board=board.name,
        ram_needed=arena_bytes(plan, engine) + stack_bytes(board) + RUNTIME_RAM_BYTES,
        ram_available=board.ram.free,
        flash_needed=RUNTIME_CODE_BYTES + _flash_bytes(plan, engine),
        flash_available=board.flash.free,
    )


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


def check_fit(plan: Plan, board: Board, engine: str = "compiled") -> Budget:
    """Return the budget of `plan` on `board` with an engine.

    Raises:
        FitError: RAM or flash are too small; the error says by how much, and which layers make the peak.
    """
    b = budget(plan, board, engine)
    problems = []
    if b.ram_needed > b.ram_available:
        problems.append(
            f"it needs {b.ram_needed:,} bytes of RAM (arena {plan.memory.arena_bytes:,}, stack "
            f"{stack_bytes(board):,}, runtime {RUNTIME_RAM_BYTES:,}) and the board has "
            f"{b.ram_available:,}: {b.ram_needed - b.ram_available:,} too many; {_peak_text(plan)}"
        )
    if b.flash_needed > b.flash_available:
        problems.append(
            f"it needs about {b.flash_needed:,} bytes of flash (constants {plan.constant_bytes:,}) "
            f"and the board has {b.flash_available:,}: {b.flash_needed - b.flash_available:,} too many; "
            + _largest_constants(plan)
        )
    if problems:
        raise FitError(
            f"the model does not fit {board.name}: " + "; ".join(problems),
            "Choose a larger board (`tinyml boards`) or a smaller model.",
        )
    return b

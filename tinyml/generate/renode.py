"""Renode as a board: the commands of its monitor, and the files that let `renode-test` run a project without us.

The commands that make, load and run a machine stand in this module and nowhere else, for a session
(`tinyml.run.renode`) and for the files of a project alike. Names of classes and commands are Renode 1.16.1's.

How instructions are counted. The device asks its port for ticks before and after a piece of work, by calling
`tm_port_ticks`; a hook at that function's address answers in the function's place with the CPU's own count,
`ExecutedInstructions`, so that a tick is an instruction. A hook ends a translated block, and the count is then
exact. A timer that Renode models is not: it is brought up to date block by block, and where the blocks are cut
depends on where a slice of virtual time ends. It would also need a fact for every timer, and a model; some
boards' counters have none.
"""

import re
import struct
from collections.abc import Sequence
from pathlib import Path

from tinyml import frames, protocol
from tinyml.board import Board, Renode
from tinyml.errors import BoardError
from tinyml.plan import Plan
from tinyml.render import render

FOLDER = "renode"  # of a project
HURRY = "emulation SetAdvanceImmediately true"  # virtual time passes as fast as it can
START = "start"
QUIT = "quit"

_TERMINAL = "pty"
_ERRORS_ALONE = "logLevel 3"  # some UARTs log a warning each time that they are asked for a byte and have none
_BOOT_INSTRUCTIONS = 8_000_000  # more than a port needs until it hears, also where its waits end by their limits
_INSTRUCTIONS_A_MAC = 100  # more than any kernel needs
_INVOKE_SEQUENCE = 0x0101  # without zero bytes, so that in the beginning of an answer only the status ok is one
_HELLO_SEQUENCE = _INVOKE_SEQUENCE - 1
_BYTES_A_ROW = 16

# Which register a function returns its value in, and which property of the CPU holds the return address.
_CALLS = {"cortex_m": (0, "LR"), "riscv": (10, "RA")}


def model(board: Board) -> Renode:
    """Return how Renode stands in for `board`.

    Raises:
        BoardError: it does not.
    """
    if board.renode is None:
        raise BoardError(
            f"Renode has no model of the board {board.name}",
            "Choose another --target, or add a table [renode] to the board's file.",
        )
    return board.renode


def path(file: Path) -> str:
    """Return a file's name as a command takes it."""
    return "@" + str(file).replace(" ", "\\ ")


def console(board: Board) -> str:
    """Return the name of the console in the platform description."""
    return re.sub(r"\W", "_", board.console.peripheral.lower())


def description(board: Board) -> str:
    """Return the platform description of `board`.

    Raises:
        BoardError: Renode does not stand in for it.
    """
    return render("renode.repl.j2", board=board, renode=model(board), console=console(board))


def make(board: Board, platform: str) -> tuple[str, ...]:
    """Return the commands that make the machine; `platform` is the description's file."""
    return (
        f'mach create "{board.name}"',
        f"machine LoadPlatformDescription {platform}",
        f"sysbus.cpu PerformanceInMips {_mips(board)}",
    )


def _mips(board: Board) -> int:
    """Return at how many million instructions a second the machine's time passes: one a cycle."""
    return max(1, board.clock_hz // 1_000_000)


def load(board: Board, image: str) -> tuple[str, ...]:
    """Return the commands that bring the file `image` into the machine's memory, and the CPU to its beginning."""
    entry = {
        "cortex_m": 'sysbus.cpu VectorTableOffset `sysbus GetSymbolAddress "tm_vectors"`',
        "riscv": 'sysbus.cpu PC `sysbus GetSymbolAddress "tm_start"`',
    }
    return (f"sysbus LoadELF {image}", entry[board.architecture.name])


def on_reset(commands: Sequence[str]) -> str:
    """Return the command that has `commands` carried out whenever the device resets itself."""
    return "\n".join(['macro reset """', *commands, '"""'])


def count(board: Board) -> str:
    """Return the command that has the CPU's own count stand in for the port's counter; an image is loaded."""
    result, link = _CALLS[board.architecture.name]
    script = (
        "from Antmicro.Renode.Peripherals.CPU import RegisterValue; "
        f"cpu.SetRegister({result}, RegisterValue.Create(int(cpu.ExecutedInstructions) & 0xFFFFFFFF, 32)); "
        f"cpu.PC = cpu.{link}"
    )
    return f'sysbus.cpu AddHook `sysbus GetSymbolAddress "tm_port_ticks"` "{script}"'


def connect(board: Board, terminal: Path) -> tuple[str, ...]:
    """Return the commands that show the console at the name `terminal`, as a pseudo-terminal."""
    return (
        f'emulation CreateUartPtyTerminal "{_TERMINAL}" "{terminal}" true',
        f"connector Connect sysbus.{console(board)} {_TERMINAL}",
    )


def log_errors(file: Path) -> tuple[str, ...]:
    """Return the commands that have errors, and nothing else, written to `file` at once."""
    return (f"logFile {path(file)} true", _ERRORS_ALONE)


def files(plan: Plan, board: Board, build_id: int, arena_bytes: int) -> dict[str, str]:
    """Return what lets Renode run a project by itself: description, script and test, by path inside the project.

    Args:
        plan: the model.
        board: the board; without a model in Renode there are no files.
        build_id: of the firmware.
        arena_bytes: of the model, as the device tells it.
    """
    if board.renode is None:
        return {}
    script = render(
        "renode.resc.j2",
        board=board,
        make=make(board, f"$ORIGIN/{board.name}.repl"),
        load=load(board, "$bin"),
        count=count(board),
    )
    test = render(
        "renode.robot.j2",
        board=board,
        console=console(board),
        settings=(_ERRORS_ALONE, HURRY),
        boot_seconds=_seconds(board, _BOOT_INSTRUCTIONS),
        invoke_seconds=_seconds(board, _BOOT_INSTRUCTIONS + _INSTRUCTIONS_A_MAC * plan.macs),
        hello=_cells(_frame("hello", _HELLO_SEQUENCE, protocol_hash=protocol.load().hash)),
        described=_rows(_hello_answer(plan, build_id, arena_bytes)),
        invoke=_cells(_frame("invoke", _INVOKE_SEQUENCE)),
        invoked=_rows(_beginning(_header("invoke", _INVOKE_SEQUENCE, "ok"))),
    )
    contents = {"repl": description(board), "resc": script, "robot": test}
    return {f"{FOLDER}/{board.name}.{suffix}": text for suffix, text in contents.items()}


def _seconds(board: Board, instructions: int) -> str:
    """Return in how much virtual time the machine executes `instructions`."""
    return f"{instructions / _mips(board) / 1e6:.3f}"


def _rows(data: bytes) -> list[str]:
    """Return bytes as Robot Framework's rows of one text."""
    return [data[at : at + _BYTES_A_ROW].hex(" ") for at in range(0, len(data), _BYTES_A_ROW)]


def _cells(data: bytes) -> list[str]:
    """Return bytes as Robot Framework's rows of a list."""
    return ["  ".join(f"0x{byte}" for byte in row.split()) for row in _rows(data)]


def _header(message: str, sequence: int, status: str) -> bytes:
    known = protocol.load()
    values = {"sequence": sequence, "message": known.messages[message].id, "status": known.status(status)}
    return known.header.pack(values)


def _frame(message: str, sequence: int, **fields: protocol.Value) -> bytes:
    request = protocol.load().messages[message].request
    assert request, "the host sends it"
    return frames.encode(_header(message, sequence, "request") + request.pack(fields))


def _hello_answer(plan: Plan, build_id: int, arena_bytes: int) -> bytes:
    """Return the beginning of the frame by which a device describes itself that runs what was generated.

    The clock comes next, which depends on what the emulator models.
    """
    known = protocol.load()
    described = {
        "protocol_hash": known.hash,
        "build_id": build_id,
        "layer_count": len(plan.layers),
        "input_count": len(plan.graph.inputs),
        "output_count": len(plan.graph.outputs),
        "arena_bytes": arena_bytes,
    }
    fields = known.messages["hello"].response.fields[: len(described)]
    assert [field.name for field in fields] == list(described), "these are the first fields"
    return _beginning(
        _header("hello", _HELLO_SEQUENCE, "ok") + struct.pack(f"<{len(fields)}I", *described.values())
    )


def _beginning(known: bytes) -> bytes:
    """Return the beginning of a frame whose content begins with `known`.

    Zero bytes are replaced by the distance to the next one, so that it is certain up to the last that is known.
    """
    return b"\0" + frames.cobs_encode(known[: known.rindex(0)])

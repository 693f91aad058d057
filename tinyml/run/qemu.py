"""QEMU as a board: started, reached over a TCP serial port, and ended with its owner."""

import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tinyml.architecture import Architecture
from tinyml.board import Board, Qemu
from tinyml.build.elf import occupied
from tinyml.errors import BoardError, DeviceError, MissingToolError
from tinyml.link import Clock
from tinyml.link.clock import Calibrator
from tinyml.run.owned import Program

_START_SECONDS = 15.0
_POLL_SECONDS = 0.005
_LISTENING = re.compile(r"waiting for connection on: \S*:(?P<port>\d+),server")


def program(architecture: Architecture) -> str:
    """Return the path of the emulator.

    Raises:
        MissingToolError: it is not installed.
    """
    if path := shutil.which(architecture.emulator):
        return path
    raise MissingToolError(
        f"{architecture.emulator} is not installed",
        f"Debian and Ubuntu: apt-get install {architecture.emulator_package}",
    )


def installed(architecture: Architecture) -> bool:
    """Return whether the emulator is on PATH."""
    return shutil.which(architecture.emulator) is not None


def version(architecture: Architecture) -> str:
    """Return the emulator's version, such as "QEMU 7.2.22".

    Raises:
        MissingToolError: it is not installed, or does not tell its version.
    """
    command = [program(architecture), "--version"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingToolError(
            f"{architecture.emulator} --version fails: {error}", f"Install {architecture.emulator_package} again."
        ) from error
    found = re.search(r"version (\S+)", answer.stdout)
    return f"QEMU {found[1]}" if found else answer.stdout.strip()


def check(board: Board) -> None:
    """Check that QEMU is installed and stands in for `board`.

    Raises:
        BoardError: it does not.
        MissingToolError: it is not.
    """
    _machine(board)
    program(board.architecture)


def clock(client: Calibrator, board: Board) -> Clock:
    """Return what converts the counts of the emulated `board` to instructions."""
    return Clock(client, _machine(board).ticks_per_instruction, board.counter)


def _machine(board: Board) -> Qemu:
    if board.qemu is None:
        raise BoardError(
            f"QEMU has no machine for the board {board.name}",
            "Choose another --target; `tinyml boards` tells how each board can be run.",
        )
    return board.qemu


def _arguments(elf: Path, board: Board, options: Sequence[str]) -> list[str]:
    qemu = _machine(board)
    _check_memory(elf, board)
    return [
        program(board.architecture),
        *("-M", qemu.machine, *qemu.options),
        *("-display", "none", "-monitor", "none", "-nic", "none"),
        # Time is counted in instructions and never sleeps: counts are the same whatever else the host does.
        *("-icount", f"shift={qemu.icount_shift},sleep=off"),
        # QEMU chooses a free port and says which. Without nodelay each answer would wait for the delayed
        # acknowledgement of its first byte.
        *("-chardev", "socket,id=link,host=127.0.0.1,port=0,server=on,wait=on,nodelay=on"),
        *(["-serial", "null"] * qemu.serial_index),
        *("-serial", "chardev:link"),
        *("-kernel", str(elf)),
        *options,
    ]


def keeping(board: Board, file: Path) -> tuple[str, ...]:
    """Return the options that keep the main RAM of the machine in `file`, if the board's slots are there.

    A store of the emulated core is in the file at once: a killed emulator is a board without power whose memory
    keeps what was written so far, down to the word.
    """
    qemu = _machine(board)
    if qemu.kept is None:
        return ()
    file.touch()
    size = board.region(qemu.kept).length
    name = str(file).replace(",", ",,")
    memory = f"memory-backend-file,id=kept,mem-path={name},size={size},share=on"
    return ("-object", memory, "-machine", "memory-backend=kept")


def _check_memory(elf: Path, board: Board) -> None:
    """Refuse an image that uses memory which the machine lacks: it would end in a fault that explains nothing."""
    assert board.qemu, "the caller has checked it"
    for region in map(board.region, board.qemu.lacks):
        if any(part.start < region.end and part.stop > region.origin for part in occupied(elf)):
            raise BoardError(
                f"the image uses the region {region.name} of {board.name}, which QEMU lacks",
                "Generate the project with other regions (--place PART=REGION), or run it on the board.",
            )


class Emulator:
    """A running QEMU that waits for a connection to its serial port, and then starts.

    Attributes:
        url: the serial port, for pyserial.
        process_group: the process group that the emulator and its guardian are alone in.
    """

    def __init__(self, elf: Path, board: Board, options: Sequence[str] = ()) -> None:
        """Start `elf` on the machine that stands in for `board`, with further `options` for QEMU.

        Raises:
            BoardError: no machine does, or it lacks memory that the image uses.
            MissingToolError: QEMU is not installed.
            DeviceError: QEMU ends at once, or does not come up.
        """
        self._program = Program(_arguments(elf, board, options))
        self.process_group = self._program.process_group
        try:
            self.url = f"socket://127.0.0.1:{self._wait_for_port()}"
        except BaseException:
            self.close()
            raise

    def _wait_for_port(self) -> int:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            ended = self._program.ended()
            if found := _LISTENING.search(self._program.said()):
                return int(found["port"])
            if ended:
                raise DeviceError(f"QEMU ended at once: {self._complaint() or 'it said nothing'}")
            time.sleep(_POLL_SECONDS)
        raise DeviceError(f"QEMU did not open its serial port within {_START_SECONDS:g} s: {self._complaint()}")

    def _complaint(self) -> str:
        return self._program.complaint(ordinary="waiting for connection")

    def explain(self) -> str:
        """Return why the emulator has ended, or an empty string while it runs."""
        if not self._program.ended_just_now():
            return ""
        return f"QEMU has ended: {self._complaint() or 'it said nothing'}"

    def close(self) -> None:
        """End the emulator; it has been killed when this returns."""
        self._program.close()

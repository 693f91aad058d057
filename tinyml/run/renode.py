"""Renode as a board: started without a window, reached over a pseudo-terminal, and ended with its owner.

`tinyml.generate.renode` holds the commands that it is sent, and tells how instructions are counted. Renode's own
server for them, like its sockets for UARTs, listens on all interfaces of the machine; there is no option against
that. The console is therefore a pseudo-terminal, and the server gets a free port for the length of the session.
"""

import contextlib
import fcntl
import os
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from tinyml.board import Board, Counter
from tinyml.build import toolchain
from tinyml.errors import DeviceError, MissingToolError
from tinyml.generate import renode as commands
from tinyml.link import Client, Clock
from tinyml.run.monitor import Monitor
from tinyml.run.owned import Program

INSTALL = (
    "unpack the portable Renode 1.16.1 from https://github.com/renode/renode/releases, "
    "and set TINYML_RENODE to its folder"
)
_VARIABLE = "TINYML_RENODE"
_NAME = "renode"
_PLATFORMIO_PACKAGE = "tool-renode"
_VERSION_SECONDS = 20.0
_START_SECONDS = 60.0  # the first start after an installation is slow
_ANSWER_SECONDS = 30.0
_QUIT_SECONDS = 2.0
_POLL_SECONDS = 0.05


def program() -> str:
    """Return the path of Renode: what TINYML_RENODE names, or on PATH, or PlatformIO's package.

    Raises:
        MissingToolError: it is not installed.
    """
    if chosen := os.environ.get(_VARIABLE):
        named = Path(chosen).expanduser().absolute()
        if path := shutil.which(str(named / _NAME if named.is_dir() else named)):
            return path
        raise MissingToolError(f"{_VARIABLE} is {chosen!r}, which is no program and no folder of Renode", _hint())
    if path := shutil.which(_NAME):
        return path
    for folder in _platformio_folders():
        for package in sorted(folder.glob(f"packages/{_PLATFORMIO_PACKAGE}*")):
            if path := shutil.which(str(package / _NAME)):
                return path
    raise MissingToolError("Renode is not installed", _hint())


def installed() -> bool:
    """Return whether Renode is here."""
    try:
        return bool(program())
    except MissingToolError:
        return False


def _hint() -> str:
    return f"{INSTALL[0].upper()}{INSTALL[1:]}."


def _platformio_folders() -> list[Path]:
    """Return where PlatformIO keeps packages: for tinyml's builds, and for the user's own."""
    folders = [Path("~/.platformio").expanduser()]
    with contextlib.suppress(MissingToolError):
        folders.insert(0, toolchain.core_folder())
    return folders


def version() -> str:
    """Return the version, such as "Renode 1.16.1".

    Raises:
        MissingToolError: it is not installed, or does not tell its version.
    """
    path = program()
    asked = Program([path, "--version"])
    try:
        asked.wait(_VERSION_SECONDS)
        said = asked.said()
    finally:
        asked.close()
    if found := re.search(r"\bv(\d+\.\d+\.\d+)", said):
        return f"Renode {found[1]}"
    raise MissingToolError(f"{path} --version does not tell a version: {said.strip()[:200] or 'nothing'}", _hint())


def check(board: Board) -> None:
    """Check that Renode is installed and stands in for `board`.

    Raises:
        BoardError: it does not.
        MissingToolError: it is not.
    """
    commands.model(board)
    program()


def clock(client: Client, board: Board) -> Clock:
    """Return what converts the counts of the emulated `board` to instructions: they are instructions."""
    return Clock(client, Fraction(1), Counter("ExecutedInstructions", base=board.counter.base, prescale=1))


@contextlib.contextmanager
def _free_port() -> Iterator[int]:
    """Give a port that is free on all interfaces; Renode would choose one by itself, but not tell which.

    Until the block ends no other tinyml of this user is given one, so that Renode has time to take it.
    """
    name = f"tinyml-{os.getuid()}-renode-port.lock"
    with (Path(tempfile.gettempdir()) / name).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with socket.socket() as server:
                server.bind(("", 0))
                port: int = server.getsockname()[1]
            yield port
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


class Emulator:
    """A running Renode whose machine has started.

    Attributes:
        url: the serial port, for pyserial.
        process_group: the process group that the emulator and its guardian are alone in.
    """

    def __init__(self, elf: Path, board: Board) -> None:
        """Start `elf` on the model that stands in for `board`.

        Raises:
            BoardError: there is none.
            MissingToolError: Renode is not installed.
            DeviceError: it ends at once, does not come up, or refuses a command.
        """
        description = commands.description(board)
        path = program()
        self._folder = tempfile.TemporaryDirectory(prefix="tinyml-renode-")
        folder = Path(self._folder.name)
        self._errors = folder / "errors.log"
        self.url = str(folder / "console")
        self._answers = False
        with _free_port() as port:
            options = ["--disable-xwt", "--plain", "--hide-log", "--robot-server-port", str(port)]
            self._program = Program([path, *options])
            self.process_group = self._program.process_group
            self._monitor = Monitor(port, _ANSWER_SECONDS, self.explain)
            try:
                self._wait_for(port)
            except BaseException:
                self.close()
                raise
        try:
            platform = folder / f"{board.name}.repl"
            platform.write_text(description, encoding="utf-8")
            load = commands.load(board, commands.path(elf))
            for command in (
                *commands.log_errors(self._errors),
                *commands.make(board, commands.path(platform)),
                *load,
                commands.on_reset(load),
                commands.count(board),
                *commands.connect(board, Path(self.url)),
                commands.HURRY,
                commands.START,
            ):
                self._monitor.execute(command)
            self._answers = True
        except BaseException:
            self.close()
            raise

    def _wait_for(self, port: int) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            if self._program.ended():
                raise DeviceError(f"Renode ended at once: {self._program.complaint() or 'it said nothing'}")
            with contextlib.suppress(OSError), socket.create_connection(("localhost", port), timeout=1):
                return
            time.sleep(_POLL_SECONDS)
        raise DeviceError(
            f"Renode did not open its port {port} within {_START_SECONDS:g} s: {self._program.complaint()}"
        )

    def explain(self) -> str:
        """Return why the emulator has ended or what error it logged last, or an empty string."""
        if self._program.ended_just_now():
            return f"Renode has ended: {self._program.complaint() or 'it said nothing'}"
        try:
            logged = self._errors.read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError:
            return ""
        last = next((line.strip() for line in reversed(logged) if line.strip()), "")
        return f"the last error that Renode logged is {last!r}" if last else ""

    def close(self) -> None:
        """End the emulator; it has been killed when this returns."""
        # Asked to, Renode clears its temporary files away. One that has stopped answering is not asked.
        if self._answers and not self._program.ended():
            with contextlib.suppress(DeviceError):
                self._monitor.execute(commands.QUIT, _QUIT_SECONDS)
                self._program.wait(_QUIT_SECONDS)
        self._program.close()
        self._folder.cleanup()

"""A session: a device that runs an image, and the client that talks to it."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

import serial

from tinyml.board import Board
from tinyml.build import Image
from tinyml.build.lines import Lines
from tinyml.errors import DeviceError, InputError
from tinyml.generate.project import STORAGE
from tinyml.generate.source import SWAP_FOLDER
from tinyml.link import Client, Clock, Hello
from tinyml.link.baud import negotiate, rouse
from tinyml.link.port import Port, names
from tinyml.link.realtime import RealClock, measure
from tinyml.protocol import load
from tinyml.run import qemu, renode


def targets(board: Board) -> dict[str, bool]:
    """Return the targets that can run an image of `board`, each with whether this machine has what it needs."""
    ways = {"serial": True}
    if board.renode is not None:
        ways = {"renode": renode.installed(), **ways}
    if board.qemu is not None:
        ways = {"qemu": qemu.installed(board.architecture), **ways}
    return ways


class Session:
    """A device that answers; use it as a context manager, so that nothing of it outlives the block.

    Attributes:
        client: asks the device.
        hello: what the device said about itself.
        clock: converts the device's counts to instructions; None where a real board counts time.
        real_clock: converts a real board's counts to microseconds; None in an emulator, which has no time, and
            where the counter's rate could not be measured.
        target_version: what runs the image, such as "QEMU 7.2.22".
        baud: the line's rate, in bits a second.
        crash: how a run before this session ended, where the device crashed in it and nobody has heard of that.
    """

    def __init__(
        self,
        client: Client,
        hello: Hello,
        clock: Clock | None,
        target_version: str,
        resources: ExitStack,
        baud: int,
        line: Port | None = None,
        crash: DeviceError | None = None,
        real_clock: RealClock | None = None,
    ) -> None:
        self.real_clock = real_clock
        self.client = client
        self.hello = hello
        self.clock = clock
        self.target_version = target_version
        self.baud = self._own_baud = baud
        self.crash = crash
        self._resources = resources
        self._line = line

    def hurry(self) -> None:
        """Go on at the fastest rate that both ends of the line hold; an emulator's line has the board's alone."""
        if self._line is not None:
            self.baud = negotiate(self.client, self._line)

    def _back_to_its_own_rate(self) -> None:
        """Leave the device so that another session finds it."""
        if self._line is not None and self.baud != self._own_baud:
            with suppress(DeviceError):
                self.client.set_baud(0)

    def close(self) -> None:
        """Close the connection and end the emulator."""
        self._back_to_its_own_rate()
        self._resources.close()

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Emulator(Protocol):
    """A running emulator: the serial port `url`, why it is silent, and its end."""

    url: str

    def explain(self) -> str: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class _Target:
    """A way to run an image.

    Attributes:
        check: raises where the board cannot be run in this way here.
        start: returns a session with the image; the last argument is a serial port's name.
    """

    check: Callable[[Board, str | None], None]
    start: Callable[[Image, Board, str | None], Session]


def check(board: Board, target: str, port: str | None = None) -> None:
    """Check, before any work is done, whether `start` has what it needs for `board`.

    Raises:
        InputError: the target is not known, or no port was given.
        BoardError: no emulator of that kind stands in for the board.
        MissingToolError: the emulator is not installed.
    """
    _target(target).check(board, port)


def start(image: Image, board: Board, target: str = "qemu", port: str | None = None) -> Session:
    """Start `image`, or find it running on a real board, and return the session with it.

    Args:
        image: the built project.
        board: the board that it was built for.
        target: "qemu" and "renode" start what stands in for the board; "serial" talks to a board that is connected
            and runs the image already.
        port: for "serial", the port's name, such as /dev/ttyACM0.

    Raises:
        InputError: the target is not known, or no port was given.
        BoardError: no emulator of that kind stands in for the board.
        MissingToolError: the emulator is not installed.
        DeviceError: the port cannot be opened, the device does not answer, or its clock is wrong.
    """
    return _target(target).start(image, board, port)


def _target(name: str) -> _Target:
    if name not in _TARGETS:
        raise InputError(f"the target {name!r} is not known; known are {', '.join(TARGETS)}")
    return _TARGETS[name]


def _emulated(
    check: Callable[[Board], None],
    version: Callable[[Board], str],
    emulate: Callable[[Image, Board], _Emulator],
    clock: Callable[[Client, Board], Clock],
) -> _Target:
    """Return the way to run an image on an emulator."""

    def start(image: Image, board: Board, port: str | None) -> Session:
        check(board)
        with ExitStack() as resources:
            told = version(board)
            emulator = emulate(image, board)
            resources.callback(emulator.close)
            try:
                stream = serial.serial_for_url(emulator.url, timeout=0, write_timeout=load().timeouts["write"])
            except OSError as error:  # it ended right after it was there
                raise DeviceError(f"the emulator cannot be reached: {emulator.explain() or error}") from error
            resources.callback(stream.close)
            lines = Lines(image.elf)
            client = Client(stream, explain=emulator.explain, architecture=board.architecture, places=lines)
            hello = client.hello()
            counts = client.persevere(lambda: clock(client, board))
            client.persevere(counts.check)
            return Session(client, hello, counts, told, resources.pop_all(), board.console.baud)
        raise AssertionError("the block returns or raises")

    return _Target(lambda board, port: check(board), start)


def _check_port(board: Board, port: str | None) -> None:
    if port is None:
        raise InputError("no serial port was given", f"Give --port, one of: {names()}.")


def _open_serial(image: Image, board: Board, port: str | None) -> Session:
    _check_port(board, port)
    assert port is not None, "it has been checked"
    with ExitStack() as resources:
        stream = Port(port, board.console.baud)
        resources.callback(stream.close)
        patience = load().timeouts["reconnection"]
        client = Client(
            stream,
            architecture=board.architecture,
            reconnect=lambda: stream.reopen(patience),
            places=Lines(image.elf),
        )
        try:
            hello = client.hello(load().timeouts["greeting"])
        except DeviceError:  # perhaps a session that ended badly has left it at another rate
            rouse(stream)
            hello = client.hello()
        crash = client.crash() if hello.crashed else None
        real = client.persevere(lambda: measure(client, board, hello))
        return Session(
            client, hello, None, board.title, resources.pop_all(), board.console.baud, stream, crash, real
        )
    raise AssertionError("the block returns or raises")


def _start_qemu(image: Image, board: Board) -> _Emulator:
    """Start QEMU; models in slots are there again the next time, where the machine can keep its RAM."""
    has_slots = (image.project / SWAP_FOLDER).is_dir()
    options = qemu.keeping(board, image.project / STORAGE) if has_slots else ()
    return qemu.Emulator(image.elf, board, options)


def _start_renode(image: Image, board: Board) -> _Emulator:
    return renode.Emulator(image.elf, board)


_TARGETS = {
    "qemu": _emulated(qemu.check, lambda board: qemu.version(board.architecture), _start_qemu, qemu.clock),
    "renode": _emulated(renode.check, lambda board: renode.version(), _start_renode, renode.clock),
    "serial": _Target(_check_port, _open_serial),
}
TARGETS = tuple(_TARGETS)

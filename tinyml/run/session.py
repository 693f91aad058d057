"""A session: a device that runs an image, and the client that talks to it."""

from contextlib import ExitStack
from types import TracebackType

import serial
from serial.tools import list_ports

from tinyml.board import Board
from tinyml.build import Image
from tinyml.errors import DeviceError, InputError
from tinyml.link import Client, Clock, Hello
from tinyml.run import qemu

TARGETS = ("qemu", "serial")
_WRITE_SECONDS = 5.0


def targets(board: Board) -> dict[str, bool]:
    """Return the targets that can run an image of `board`, each with whether this machine has what it needs."""
    emulated = {"qemu": qemu.installed(board.architecture)} if board.qemu is not None else {}
    return {**emulated, "serial": True}


class Session:
    """A device that answers; use it as a context manager, so that nothing of it outlives the block.

    Attributes:
        client: asks the device.
        hello: what the device said about itself.
        clock: converts the device's counts to instructions; None where a real board counts cycles.
        target_version: what runs the image, such as "QEMU 7.2.22".
    """

    def __init__(
        self, client: Client, hello: Hello, clock: Clock | None, target_version: str, resources: ExitStack
    ) -> None:
        self.client = client
        self.hello = hello
        self.clock = clock
        self.target_version = target_version
        self._resources = resources

    def close(self) -> None:
        """Close the connection and end the emulator."""
        self._resources.close()

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start(image: Image, board: Board, target: str = "qemu", port: str | None = None) -> Session:
    """Start `image`, or find it running on a real board, and return the session with it.

    Args:
        image: the built project.
        board: the board that it was built for.
        target: "qemu" starts the machine that stands in for the board; "serial" talks to a board that is connected
            and runs the image already.
        port: for "serial", the port's name, such as /dev/ttyACM0.

    Raises:
        InputError: the target is not known, or no port was given.
        BoardError: no emulator stands in for the board.
        MissingToolError: the emulator is not installed.
        DeviceError: the port cannot be opened, the device does not answer, or its clock is wrong.
    """
    if target == "qemu":
        return _start_qemu(image, board)
    if target == "serial":
        return _open_serial(board, port)
    raise InputError(f"the target {target!r} is not known; known are {', '.join(TARGETS)}")


def _start_qemu(image: Image, board: Board) -> Session:
    with ExitStack() as resources:
        version = qemu.version(board.architecture)
        emulator = qemu.Emulator(image.elf, board)
        resources.callback(emulator.close)
        stream = serial.serial_for_url(emulator.url, timeout=0, write_timeout=_WRITE_SECONDS)
        resources.callback(stream.close)
        client = Client(stream, explain=emulator.explain, architecture=board.architecture)
        hello = client.hello()
        assert board.qemu, "the emulator has checked it"
        clock = Clock(client, board.qemu.ticks_per_instruction, board.counter)
        clock.check()
        return Session(client, hello, clock, version, resources.pop_all())
    raise AssertionError("the block returns or raises")


def _open_serial(board: Board, port: str | None) -> Session:
    if port is None:
        raise InputError("no serial port was given", f"Give --port, one of: {_ports()}.")
    with ExitStack() as resources:
        try:
            stream = serial.Serial(
                port, board.console.baud, timeout=0, write_timeout=_WRITE_SECONDS, exclusive=True
            )
        except (OSError, ValueError) as error:
            raise DeviceError(
                f"the serial port {port} cannot be opened: {error}", f"Ports that exist: {_ports()}."
            ) from error
        resources.callback(stream.close)
        client = Client(stream, architecture=board.architecture)
        return Session(client, client.hello(), None, board.title, resources.pop_all())
    raise AssertionError("the block returns or raises")


def _ports() -> str:
    return ", ".join(sorted(port.device for port in list_ports.comports())) or "none"

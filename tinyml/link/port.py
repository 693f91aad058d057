"""A serial port of this machine: opened for one program alone, and found again where it comes back."""

import contextlib
import errno
import fcntl
import termios
import time

import serial
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from tinyml.errors import DeviceError
from tinyml.protocol import load

_POLL_SECONDS = 0.1
_IN_USE = (errno.EBUSY, errno.EAGAIN)


def names() -> str:
    """Return the ports that exist, for a person to choose from."""
    return ", ".join(sorted(port.device for port in list_ports.comports())) or "none"


def _identity(port: ListPortInfo) -> tuple[object, ...] | None:
    """Return what stays the same of a USB device wherever it shows up; None where nothing is known of it."""
    if port.vid is None:
        return None
    # A device without a serial number is known by the socket that it is plugged into.
    return (port.vid, port.pid, port.serial_number or port.location)


def _identity_of(name: str) -> tuple[object, ...] | None:
    return next((_identity(port) for port in list_ports.comports() if port.device == name), None)


class Port:
    """An open serial port, which is nobody else's while it is open.

    Attributes:
        name: the port's present name.
    """

    def __init__(self, name: str, baud: int) -> None:
        """Open the port `name`.

        Raises:
            DeviceError: there is none, it cannot be opened, or another program has it.
        """
        self.name = name
        self._baud = baud
        self._identity = _identity_of(name)
        try:
            self._serial = self._open(name)
        except (OSError, ValueError) as error:
            busy = getattr(error, "errno", None) in _IN_USE or "exclusively lock" in str(error)
            raise DeviceError(
                f"the serial port {name} cannot be opened: " + ("another program uses it" if busy else str(error)),
                f"End that program: `fuser {name}` names it." if busy else f"Ports that exist: {names()}.",
            ) from error

    def _open(self, name: str) -> serial.Serial:
        """Open a port. The lock is kept by programs that ask for one, the terminal's own by the kernel."""
        opened = serial.Serial(name, self._baud, timeout=0, write_timeout=load().timeouts["write"], exclusive=True)
        try:
            fcntl.ioctl(opened.fileno(), termios.TIOCEXCL)
        except OSError:
            opened.close()
            raise
        return opened

    def fileno(self) -> int:
        """Return the descriptor to wait for bytes with."""
        return int(self._serial.fileno())

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes that have come; never wait."""
        return bytes(self._serial.read(size))

    def write(self, data: bytes) -> int | None:
        """Send all of `data`, in bounded time."""
        written: int | None = self._serial.write(data)
        return written

    @property
    def baud(self) -> int:
        """The rate in bits a second."""
        return self._baud

    @baud.setter
    def baud(self, value: int) -> None:
        self._serial.baudrate = value
        self._baud = value

    def reopen(self, seconds: float) -> None:
        """Open the port again after it vanished, also under another name.

        Raises:
            DeviceError: it did not come back within so many seconds.
        """
        self.close()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for name in self._candidates():
                with contextlib.suppress(OSError, ValueError):  # it may still be on its way
                    self._serial = self._open(name)
                    self.name = name
                    return
            time.sleep(_POLL_SECONDS)
        raise DeviceError(
            f"the serial port {self.name} vanished and did not come back within {seconds:g} s",
            f"Look after the cable. Ports that exist: {names()}.",
        )

    def _candidates(self) -> list[str]:
        """Return the names under which our device may be there: those of its identity, or its last one."""
        if self._identity is None:
            return [self.name]
        return [port.device for port in list_ports.comports() if _identity(port) == self._identity]

    def close(self) -> None:
        """Close the port; another program may then have it."""
        with contextlib.suppress(OSError, ValueError, termios.error):  # it has vanished, or is closed already
            fcntl.ioctl(self._serial.fileno(), termios.TIOCNXCL)
        with contextlib.suppress(OSError, termios.error):
            self._serial.close()

"""The line's rate: as fast as both ends hold, tried out, and taken back where it does not hold."""

from typing import Protocol

from tinyml import protocol
from tinyml.errors import DeviceError
from tinyml.link.client import Client, Stream

RATES = (3_000_000, 2_000_000, 1_000_000, 921_600, 460_800, 230_400, 115_200)
_NOISE = b"\x55"  # at any other rate it is more than one byte, or nearly one, and never a frame
_SLOWEST_SHARE = 4  # a rate is at most so many times a device's, where noise has to reach it


class Line(Stream, Protocol):
    """A stream whose rate can be changed; it keeps to the present one where it cannot have another."""

    @property
    def baud(self) -> int:
        """The rate in bits a second."""

    @baud.setter
    def baud(self, value: int) -> None: ...


def negotiate(client: Client, line: Line) -> int:
    """Have both ends go on at the fastest rate that they hold; return it.

    Args:
        client: the device, in a session; it is in another one afterwards.
        line: its stream, at the board's own rate.

    Raises:
        DeviceError: the device does not come back to its own rate.
    """
    own = line.baud
    for rate in RATES:
        if rate <= own:
            break
        try:
            if not client.set_baud(rate):
                continue
            line.baud = rate
            client.prove(protocol.load().timeouts["baud_proof"])
        except (
            DeviceError,
            OSError,
            ValueError,
        ):  # what the host's adapter cannot have is a ValueError or an OSError
            line.baud = own
            rouse(line)
            client.resume()
            continue
        return rate
    return own


def rouse(line: Line) -> None:
    """Send noise by which a device that is at another rate goes back to its own."""
    line.write(_NOISE * _SLOWEST_SHARE * protocol.load().limits["lost_bytes"])

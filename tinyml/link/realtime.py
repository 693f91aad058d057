"""From ticks of a real board's counter to microseconds, at a rate that was measured and not only claimed."""

import time
from dataclasses import dataclass

from tinyml.board import COUNTER_BITS, Board
from tinyml.errors import DeviceError
from tinyml.link.answers import Count, Hello
from tinyml.link.client import Client

_SPAN_SECONDS = 1.0  # shorter than any counter's turn: 2**32 ticks are 8.9 s at 480 MHz
_LOOKS = 8  # at the counter at each end; the one whose answer came soonest counts
_TOLERANCE = 0.03  # of a chip's own oscillator, with the temperature
_MOST_UNCERTAINTY = 0.01  # beyond that the line is too slow to tell a rate from


@dataclass(frozen=True)
class RealClock:
    """The counter of a board, measured against the host's clock.

    Attributes:
        hz: ticks a second, as measured.
        uncertainty: by what share `hz` may be wrong.
        overhead: ticks that counting itself takes.
    """

    hz: float
    uncertainty: float
    overhead: int

    def microseconds(self, count: Count) -> float:
        """Return how long the counted work took, without what counting takes; at most a turn of the counter."""
        return max(count.ticks - self.overhead, 0) / self.hz * 1e6


def measure(client: Client, board: Board, hello: Hello) -> RealClock | None:
    """Measure the counter of a real board and hold it against what the device says of its clock.

    Returns:
        The clock; None where the line is too slow, or the host too busy, for a rate that is worth anything.

    Raises:
        DeviceError: the counter's rate is not the one that the device and the board's file tell.
    """
    first = _look(client)
    time.sleep(_SPAN_SECONDS)
    last = _look(client)
    seconds = last.at - first.at
    ticks = (last.ticks - first.ticks) % (1 << COUNTER_BITS)
    uncertainty = (first.spread + last.spread) / 2 / seconds
    if uncertainty > _MOST_UNCERTAINTY:
        return None
    hz = ticks / seconds
    counter = board.counter
    told = (counter.hz or board.clock_hz / counter.prescale) * hello.clock_hz / board.clock_hz
    if abs(hz / told - 1) > _TOLERANCE + uncertainty:
        raise DeviceError(
            f"by the host's clock the device's counter makes {hz:,.0f} ticks a second; {told:,.0f} are due at the "
            f"{hello.clock_hz:,} Hz that the device says its core has",
            "Check the crystal, clock.hz and the counter in the board's file.",
        )
    return RealClock(hz, uncertainty, min(client.calibrate(0).ticks for _ in range(_LOOKS)))


@dataclass(frozen=True)
class _Look:
    """A look at the counter: when, in the middle of asking, what it showed, and how long asking took."""

    at: float
    ticks: int
    spread: float


def _look(client: Client) -> _Look:
    looks = []
    for _ in range(_LOOKS):
        before = time.monotonic()
        start = client.calibrate(0).start
        after = time.monotonic()
        looks.append(_Look((before + after) / 2, start, after - before))
    return min(looks, key=lambda look: look.spread)

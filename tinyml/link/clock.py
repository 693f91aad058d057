"""From ticks of a device's counter to instructions."""

from fractions import Fraction
from math import ceil
from typing import Protocol

from tinyml import protocol
from tinyml.board import COUNTER_BITS, Counter
from tinyml.errors import DeviceError
from tinyml.link.answers import Count

_CHECK_ITERATIONS = 500_000
_COUNTER_SPAN = 1 << COUNTER_BITS  # ticks
_TOLERANCE_INSTRUCTIONS = 8  # a call, a return and the loading of the loop's length are part of what is counted


class Calibrator(Protocol):
    """A device that can count a loop: the link's client, or another program."""

    def calibrate(self, iterations: int) -> Count:
        """Return the count of a loop of `iterations`, or for 0 of an empty function."""


class Clock:
    """Converts the counts of one emulated device to instructions.

    An emulator's time is its instructions: after n of them the counter stands at floor(n × ticks per instruction).
    With more than one tick an instruction, n can be had back exactly from what the counter showed, wherever
    between two ticks the work began. What is to spare over one tick is split evenly, so that a counter that runs a
    little ahead or behind, as one whose period is no whole number of the emulator's nanoseconds, changes nothing.
    What counting itself costs is measured once, with an empty function, and subtracted.

    Args:
        client: the device.
        ticks_per_instruction: the board's fact, at least 1.
        counter: the board's; how wide it is, and what its wraps cost.
    """

    def __init__(self, client: Calibrator, ticks_per_instruction: Fraction, counter: Counter) -> None:
        self._client = client
        self._ticks_per_instruction = ticks_per_instruction
        self._counter = counter
        self._overhead = self._elapsed(client.calibrate(0))

    def _elapsed(self, count: Count) -> int:
        slack = (self._ticks_per_instruction - 1) / 2

        def instructions(ticks: int) -> int:
            return ceil((ticks - slack) / self._ticks_per_instruction)

        end = count.start + count.ticks
        wraps = (end >> self._counter.bits) - (count.start >> self._counter.bits)
        return instructions(end) - instructions(count.start) - wraps * self._counter.wrap_instructions

    @property
    def span(self) -> int:
        """After how many instructions the counter begins anew; a count is only known modulo this."""
        return int(_COUNTER_SPAN / self._ticks_per_instruction)

    def instructions(self, count: Count) -> int:
        """Return how many instructions the counted work took, without its call and its return."""
        return self._elapsed(count) - self._overhead

    def check(self) -> None:
        """Hold the clock against a loop of known length.

        Raises:
            DeviceError: the loop took 8 or more instructions more or less than it has.
        """
        expected = _CHECK_ITERATIONS * protocol.load().limits["calibrate_instructions"]
        counted = self.instructions(self._client.calibrate(_CHECK_ITERATIONS))
        if abs(counted - expected) >= _TOLERANCE_INSTRUCTIONS:
            raise DeviceError(
                f"the device's clock counted {counted} instructions in a loop of {expected}, at "
                f"{self._ticks_per_instruction} ticks an instruction",
                "Check ticks_per_instruction, the counter and icount_shift in the board's file.",
            )

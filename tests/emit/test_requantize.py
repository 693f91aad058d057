"""The short forms of requantization against TFLM's two roundings, at the ends of what they are exact for."""

import numpy as np
import pytest

from tinyml import fixedpoint
from tinyml.emit.requantize import Requantized, Rescale, requantize


def rescale(multiplier=1_500_000_000, shift=-8, zero_point=-128, low=-128, high=127, channels=1):
    return Rescale(
        np.full(channels, multiplier, np.int64), np.full(channels, shift, np.int64), zero_point, low, high
    )


def form_of(to: Rescale, least: int, most: int) -> Requantized | None:
    count = len(to.multipliers)
    return requantize(to, np.full(count, least, np.int64), np.full(count, most, np.int64))


def expected(to: Rescale, x: int, channel: int = 0) -> int:
    y = fixedpoint.requantize(x, int(to.multipliers[channel]), int(to.shifts[channel]))
    return fixedpoint.clamp(y + to.zero_point, to.low, to.high)


def computed(found: Requantized, x: int, channel: int = 0) -> int:
    """What the instructions give for the sum `x`."""
    multiplier, constant, shift = (
        int(values[channel]) for values in (found.multipliers, found.constants, found.shifts)
    )
    form = found.form
    if form.kind == "three":
        shifted = x << shift
        assert multiplier == 0 or -(1 << 31) <= shifted < 1 << 31
        value = fixedpoint.wrap((fixedpoint.wrap(shifted) * multiplier + (constant << 32)) >> 32) >> form.e
    else:
        high = constant + (x >> 31)
        assert -(1 << 31) <= high < 1 << 31
        total = (fixedpoint.wrap(2 * x) * multiplier + (high << 32) + (1 << 31)) >> 32
        assert -(1 << 31) <= total < 1 << 31
        value = total >> shift
    value = fixedpoint.clamp(value, -128, 127)
    if form.up:
        return min(value + form.up, 127) - form.down
    return max(value - form.down, -128)


def edges(to: Rescale, least: int, most: int, channel: int = 0) -> list[int]:
    """The sums from `least` to `most` next to which the output changes, and the ends."""
    found = {least, most, *range(-3, 4)}
    for level in range(to.low, to.high + 1):
        low, high = least, most
        while low < high:  # the first sum whose output is at least `level`
            middle = (low + high) // 2
            low, high = (low, middle) if expected(to, middle, channel) >= level else (middle + 1, high)
        found |= {low - 1, low, low + 1}
    return sorted(x for x in found if least <= x <= most)


@pytest.mark.parametrize("zero_point", [-128, -5, 0, 127])
@pytest.mark.parametrize("multiplier", [1 << 30, (1 << 31) - 1, 1_234_567_890])
@pytest.mark.parametrize("shift", [-1, -2, -7, -12, -22])
@pytest.mark.parametrize("clamp", ["none", "relu", "relu6", "narrow", "high", "point"])
def test_every_sum_next_to_a_change_of_the_output_is_exact(zero_point, multiplier, shift, clamp):
    low, high = {
        "none": (-128, 127),
        "relu": (zero_point, 127),
        "relu6": (zero_point, max(zero_point, 90)),
        "narrow": (-100, 50),
        "high": (-128, 3),
        "point": (7, 7),
    }[clamp]
    to = rescale(multiplier, shift, zero_point, low, high)
    limit = min((1 << (10 - shift)) + 77, (1 << 30) - 1)
    for least, most in ((-limit, limit), (0, limit), (-limit, -1), (-3, 200)):
        found = form_of(to, least, most)
        assert found is not None
        for x in edges(to, least, most):
            assert computed(found, x) == expected(to, x), (x, found.form)


def test_negative_sums_that_are_clamped_away_take_three_instructions():
    assert form_of(rescale(low=-128, zero_point=-128), -1000, 1000).form.kind == "three"
    assert form_of(rescale(low=-10, zero_point=-10), -1000, 1000).form.kind == "three"
    assert form_of(rescale(low=-11, zero_point=-10), -1000, 1000).form.kind == "general"
    assert form_of(rescale(low=-128, zero_point=0), 0, 1000).form.kind == "three"
    assert form_of(rescale(low=-128, zero_point=0), -1, 100_000).form.kind == "general"


@pytest.mark.parametrize("shift", [-1, -5, -14])
def test_three_instructions_end_where_shifted_sums_leave_32_bits(shift):
    to = rescale(shift=shift)
    # E is at least e + 1, and x is shifted left by two bits at least.
    assert form_of(to, -5, (1 << 29) - 1).form.kind == "three"
    assert form_of(to, -5, 1 << 29).form.kind == "general"
    assert form_of(to, -5, (1 << 30) - 1).form.kind == "general"
    assert form_of(to, -5, 1 << 30) is None


def test_channels_of_different_shifts_share_the_last_one():
    to = Rescale(np.array([1 << 30, 1_900_000_000, 1_200_000_000]), np.array([-4, -9, -6]), -128, -128, 127)
    found = form_of(to, -50_000, 50_000)
    assert found.form.kind == "three"
    assert found.form.deep
    assert (found.shifts == found.form.e + 1 + to.shifts).all()
    for channel in range(3):
        for x in edges(to, -50_000, 50_000, channel):
            assert computed(found, x, channel) == expected(to, x, channel)


def test_a_channel_with_one_output_does_not_decide_the_form():
    to = Rescale(np.array([1 << 30, 1_900_000_000]), np.array([-6, -31]), 3, -128, 127)
    found = form_of(to, -50_000, 50_000)
    assert found is not None
    for channel in range(2):
        for x in (-50_000, -1, 0, 1, 50_000):
            assert computed(found, x, channel) == expected(to, x, channel)


def test_sums_that_may_wrap_and_factors_above_one_have_no_form():
    assert form_of(rescale(), -(1 << 31) - 1, 0) is None
    assert form_of(rescale(), 0, 1 << 31) is None
    assert form_of(rescale(shift=0), -10, 10) is None
    assert form_of(rescale(shift=2), -10, 10) is None

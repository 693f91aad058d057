"""From sums to outputs, computed as the instructions do, against the requantization of TFLM."""

import numpy as np
import pytest

from tinyml.emit.epilogue import Epilogue, find_epilogue
from tinyml.emit.requantize import Rescale
from tinyml.fixedpoint import INT32_MAX, INT32_MIN, clamp, requantize


def each(value) -> np.ndarray:
    return np.array([value] if isinstance(value, int) else value, np.int64)


def find(largest, *, multiplier=0x5A5A5A5A, exponent=6, weight=127, zero_point=-128, low=-128, high=127):
    rescale = Rescale(each(multiplier), -each(exponent), zero_point, low, high)
    return find_epilogue(rescale, -each(largest), each(largest), each(weight))


def in_32_bits(x: int) -> int:
    assert INT32_MIN <= x <= INT32_MAX
    return x


def computed(epilogue: Epilogue, channel: int, x: int) -> int:
    form, words = epilogue.of.form, epilogue.constants[channel].tolist()
    total = x * int(epilogue.scales[channel])
    if epilogue.short:
        addend = words[1] if epilogue.halves is None else int(epilogue.halves[channel]) + epilogue.common
        total = in_32_bits((addend << 32) + (in_32_bits(total) if words[0] else 0) * words[0] >> 32)  # SMMLA
        value = clamp(total >> form.e, -128, 127)
    else:
        addend = words[1] + (total >> 31)
        total = in_32_bits((addend << 32) + in_32_bits(total) * words[0] + (1 << 31) >> 32)  # SMMLAR
        value = clamp(total >> words[2], -128, 127)
    if form.up:
        return min(value + form.up, 127) - form.down
    return max(value - form.down, -128)


def sums(largest: int, multiplier: int, exponent: int) -> list[int]:
    """Return the ends of the range, and sums around those where the output goes from one value to the next."""
    halves = [step / 2 for step in (*range(-520, -500), *range(-270, -240), *range(-8, 9), *range(240, 270))]
    steps = [round(half * 2 ** (31 + exponent) / multiplier) for half in halves]
    near = {step + d for step in (*steps, 0, largest, -largest) for d in (-1, 0, 1)}
    return sorted(x for x in near if abs(x) <= largest)


@pytest.mark.parametrize("exponent", [1, 2, 7, 13])
@pytest.mark.parametrize("multiplier", [1 << 30, 0x5A5A5A5A, (1 << 31) - 1])
@pytest.mark.parametrize(
    ("zero_point", "low", "high"), [(-128, -128, 127), (-128, -128, 30), (3, -128, 127), (5, 5, 99), (-9, 0, 50)]
)
def test_outputs_are_those_of_tflm(exponent, multiplier, zero_point, low, high):
    for bound in ((1 << 30) - 1, 1 << 28, 1 << 20, 3000):
        epilogue = find(bound, multiplier=multiplier, exponent=exponent, zero_point=zero_point, low=low, high=high)
        assert epilogue is not None
        for x in sums(bound, multiplier, exponent):
            wanted = clamp(requantize(x, multiplier, -exponent) + zero_point, low, high)
            assert computed(epilogue, 0, x) == wanted, x
            assert computed(epilogue.shortened(), 0, x) == wanted, x


def test_channels_of_several_shifts_share_one_exponent():
    exponents, bounds, multipliers = [5, 9, 7], [40_000, 90_000, 70_000], [0x7FFFFFFF, 0x40000000, 0x50000000]
    epilogue = find(bounds, exponent=exponents, multiplier=multipliers, weight=[127] * 3)
    short = epilogue.shortened()
    assert epilogue.short
    assert (epilogue.constants.shape, short.constants.shape) == ((3, 2), (3, 1))
    for channel, bound in enumerate(bounds):
        for x in sums(bound, multipliers[channel], exponents[channel]):
            wanted = clamp(requantize(x, multipliers[channel], -exponents[channel]) - 128, -128, 127)
            assert computed(epilogue, channel, x) == computed(short, channel, x) == wanted


def test_the_short_form_is_for_outputs_that_are_clamped_at_zero():
    assert find(1000).short
    assert find(1000, zero_point=-127, low=-127).short
    assert not find(1000, zero_point=-127).short


def test_sums_that_would_overflow_when_scaled_take_the_other_form_or_none():
    assert find((1 << 29) - 1).short
    assert not find(1 << 29).short
    assert not find((1 << 30) - 1).short
    assert find(1 << 30) is None


def test_weights_that_would_overflow_when_scaled_take_the_other_form():
    wide = {"largest": [9000, 9000], "exponent": [1, 8], "multiplier": [1 << 30, 1 << 30]}
    epilogue = find(**wide, weight=[63, 127])
    assert epilogue.short
    assert (epilogue.scales * [63, 127] < 1 << 15).all()
    assert not find(**wide, weight=[64, 127]).short


@pytest.mark.parametrize("exponent", [0, -1])
def test_shifts_that_no_form_computes_are_refused(exponent):
    assert find(9000, exponent=exponent) is None

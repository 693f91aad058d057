"""From sums to outputs: the two forms, computed as the instructions do, against the requantization of TFLM."""

import numpy as np
import pytest

from tinyml.emit.epilogue import Channels, Epilogue, Folded, Signed, find_epilogue
from tinyml.fixedpoint import INT32_MAX, INT32_MIN, clamp, requantize


def channels(largest, *, multiplier=0x5A5A5A5A, exponent=6, weight=127, zero_point=-128, low=-128, high=127):
    def each(value):
        return np.array([value] if isinstance(value, int) else value, np.int64)

    return Channels(each(largest), each(weight), each(multiplier), each(exponent), zero_point, low, high)


def in_32_bits(x):
    assert INT32_MIN <= x <= INT32_MAX
    return x


def folded(epilogue: Folded, channel: int, x: int) -> int:
    factor, addend = epilogue.constants[channel].tolist()
    total = in_32_bits(x * int(epilogue.scales[channel]))
    total = in_32_bits((addend << 32) + total * factor >> 32)  # SMMLA
    return min(clamp(total >> epilogue.exponent, -128, 127), epilogue.high)


def signed(epilogue: Signed, channel: int, x: int) -> int:
    factor, addend, exponent = epilogue.constants[channel].tolist()
    total = in_32_bits(x * int(epilogue.scales[channel]))
    addend += total >> 31
    total = in_32_bits((addend << 32) + total * factor + (1 << 31) >> 32)  # SMMLAR
    return clamp(clamp(total >> exponent, -128, 127), epilogue.low, epilogue.high)


def computed(epilogue: Epilogue, channel: int, x: int) -> int:
    return folded(epilogue, channel, x) if isinstance(epilogue, Folded) else signed(epilogue, channel, x)


def sums(largest: int, multiplier: int, exponent: int) -> list[int]:
    """Return the ends of the range, and sums around those where the output goes from one value to the next."""
    steps = [
        round((step + half) * 2 ** (31 + exponent) / multiplier) for step in range(-300, 301) for half in (0, 0.5)
    ]
    near = {step + d for step in (*steps, 0, largest, -largest) for d in range(-3, 4)}
    return sorted(x for x in near if abs(x) <= largest)


@pytest.mark.parametrize("exponent", [1, 2, 7, 13, 19])
@pytest.mark.parametrize("multiplier", [1 << 30, (1 << 30) + 1, 0x5A5A5A5A, (1 << 31) - 1])
@pytest.mark.parametrize(
    ("zero_point", "low", "high"), [(-128, -128, 127), (-128, -128, 30), (3, -128, 127), (5, 5, 99)]
)
def test_outputs_are_those_of_tflm(exponent, multiplier, zero_point, low, high):
    largest = (1 << 30) - 1
    found = channels(largest, multiplier=multiplier, exponent=exponent, zero_point=zero_point, low=low, high=high)
    for bound in (largest, largest >> 1, 1 << 20):
        epilogue = find_epilogue(
            channels(bound, multiplier=multiplier, exponent=exponent, zero_point=zero_point, low=low, high=high)
        )
        assert epilogue is not None, found
        for x in sums(bound, multiplier, exponent):
            wanted = clamp(requantize(x, multiplier, -exponent) + zero_point, low, high)
            assert computed(epilogue, 0, x) == wanted, x


def test_channels_of_several_shifts_share_one_exponent():
    exponents, bounds = [5, 9, 7], [40_000, 90_000, 1]
    of = channels(
        bounds, exponent=exponents, multiplier=[0x7FFFFFFF, 0x40000000, 0x50000000], weight=[127, 127, 127]
    )
    epilogue = find_epilogue(of)
    assert isinstance(epilogue, Folded)
    for channel, bound in enumerate(bounds):
        for x in sums(bound, int(of.multipliers[channel]), exponents[channel]):
            wanted = clamp(requantize(x, int(of.multipliers[channel]), -exponents[channel]) - 128, -128, 127)
            assert folded(epilogue, channel, x) == wanted


def test_the_shortened_form_computes_the_same_constants():
    of = channels([9, 9, 9], exponent=[5, 9, 7], multiplier=[1 << 30] * 3, weight=[127] * 3)
    whole = find_epilogue(of)
    short = whole.shortened()
    assert short.constants.shape == (3, 1)
    assert (short.halves - (255 << whole.exponent - 1) == whole.constants[:, 1]).all()
    assert short.halves.max() < 1 << 15


def test_the_folded_form_is_for_outputs_that_are_clamped_at_zero():
    assert isinstance(find_epilogue(channels(1000)), Folded)
    assert isinstance(find_epilogue(channels(1000, zero_point=-127, low=-127)), Signed)
    assert isinstance(find_epilogue(channels(1000, low=-127)), Signed)


def test_sums_that_would_overflow_when_scaled_take_the_other_form_or_none():
    assert isinstance(find_epilogue(channels((1 << 29) - 1)), Folded)
    assert isinstance(find_epilogue(channels(1 << 29)), Signed)
    assert isinstance(find_epilogue(channels((1 << 30) - 1)), Signed)
    assert find_epilogue(channels(1 << 30)) is None


def test_weights_that_would_overflow_when_scaled_take_the_other_form():
    wide = {"largest": [9, 9], "exponent": [1, 8], "multiplier": [1 << 30, 1 << 30]}
    assert isinstance(find_epilogue(channels(**wide, weight=[63, 127])), Folded)
    assert isinstance(find_epilogue(channels(**wide, weight=[64, 127])), Signed)


@pytest.mark.parametrize("exponent", [0, -1, 20])
def test_shifts_that_no_form_computes_are_refused(exponent):
    assert find_epilogue(channels(9, exponent=exponent)) is None

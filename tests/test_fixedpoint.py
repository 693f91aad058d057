import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml import fixedpoint
from tinyml.fixedpoint import INT32_MAX, INT32_MIN

_examples = settings(max_examples=500, derandomize=True, deadline=None)

_ends = st.sampled_from([INT32_MIN, INT32_MIN + 1, -(1 << 30), -1, 0, 1, 1 << 30, INT32_MAX - 1, INT32_MAX])
int32s = _ends | st.integers(INT32_MIN, INT32_MAX)
multipliers = st.just(0) | st.integers(1 << 30, INT32_MAX)


def _gemmlowp_high_mul(a: int, b: int) -> int:
    """gemmlowp's SaturatingRoundingDoublingHighMul: a nudge by the product's sign, then truncation."""
    if a == b == INT32_MIN:
        return INT32_MAX
    nudge = 1 << 30 if a * b >= 0 else 1 - (1 << 30)
    return math.trunc(Fraction(a * b + nudge, 1 << 31))


@_examples
@given(int32s, int32s)
def test_doubling_high_mul_is_gemmlowps(a: int, b: int) -> None:
    assert fixedpoint.doubling_high_mul(a, b) == _gemmlowp_high_mul(a, b)


@_examples
@given(int32s, st.integers(0, 31))
def test_rounding_shift_rounds_ties_away_from_zero(x: int, exponent: int) -> None:
    exact = Fraction(abs(x), 1 << exponent)
    nearest = math.floor(exact + Fraction(1, 2))
    assert fixedpoint.rounding_shift(x, exponent) == (nearest if x >= 0 else -nearest)


@_examples
@given(st.floats(2.0**-31, 2.0**30))
def test_a_multiplier_is_the_nearest_with_31_bits(real: float) -> None:
    multiplier, shift = fixedpoint.quantize_multiplier(real)
    assert 1 << 30 <= multiplier <= INT32_MAX
    assert abs(Fraction(multiplier) * Fraction(2) ** (shift - 31) / Fraction(real) - 1) <= Fraction(1, 1 << 31)


@pytest.mark.parametrize(
    ("real", "expected"),
    [
        (0.0, (0, 0)),
        (1.0, (1 << 30, 1)),
        (0.5, (1 << 30, 0)),
        (2.0**-32, (1 << 30, -31)),
        (2.0**-33, (0, 0)),
        (math.nextafter(1.0, 0), (1 << 30, 1)),
        (2.0**40, (1 << 30, 41)),
    ],
)
def test_multipliers_at_the_ends(real: float, expected: tuple[int, int]) -> None:
    assert fixedpoint.quantize_multiplier(real) == expected


@pytest.mark.parametrize("real", [-1.0, math.inf, math.nan])
def test_what_is_no_multiplier_is_an_error(real: float) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        fixedpoint.quantize_multiplier(real)


@_examples
@given(st.integers(-(1 << 20), 1 << 20), multipliers, st.integers(-31, 0))
def test_requantize_is_close_to_the_product(x: int, multiplier: int, shift: int) -> None:
    exact = Fraction(x * multiplier) * Fraction(2) ** (shift - 31)
    assert abs(fixedpoint.requantize(x, multiplier, shift) - exact) <= 1


def test_a_left_shift_wraps() -> None:
    assert fixedpoint.requantize(3, 1 << 30, 31) == fixedpoint.doubling_high_mul(INT32_MIN, 1 << 30)
    assert fixedpoint.wrap(1 << 31) == INT32_MIN
    assert fixedpoint.wrap(-(1 << 31) - 1) == INT32_MAX


@pytest.mark.parametrize(
    ("x", "expected"), [(0.5, 1), (-0.5, -1), (1.5, 2), (2.5, 3), (-2.5, -3), (0.49999999999999994, 0), (7.0, 7)]
)
def test_round_half_away(x: float, expected: int) -> None:
    assert fixedpoint.round_half_away(x) == expected


def test_32_bit_float_quotients() -> None:
    assert fixedpoint.float32_quotient(1.0, 3.0) == 0.3333333432674408
    assert fixedpoint.float32_quotient(1.0, 1e-45) == math.inf


@_examples
@given(st.integers(1, 5).flatmap(lambda bits: st.tuples(st.just(bits), st.integers(INT32_MIN, 0))))
def test_exp_is_close(case: tuple[int, int]) -> None:
    bits, x = case
    exact = math.exp(x / 2.0 ** (31 - bits))
    assert abs(fixedpoint.exp_of_negative(x, bits) / 2.0**31 - exact) < 3e-7


@_examples
@given(st.integers(0, INT32_MAX))
def test_the_reciprocal_is_close(x: int) -> None:
    assert abs(fixedpoint.one_over_one_plus(x) / 2.0**31 - 1 / (1 + x / 2.0**31)) < 1e-7


@_examples
@given(st.integers(-INT32_MAX, INT32_MAX))
def test_logistic_is_close_and_symmetric(x: int) -> None:
    result = fixedpoint.logistic(x, 4)
    assert abs(result / 2.0**31 - 1 / (1 + math.exp(-x / 2.0**27))) < 3e-7
    if x != 0:
        assert result + fixedpoint.logistic(-x, 4) == INT32_MAX


def test_exp_of_a_float_is_rounded_to_nearest() -> None:
    rng = np.random.default_rng(0)
    xs = -np.concatenate([rng.uniform(0, 18, 5000), 2.0 ** rng.uniform(-30, 4, 5000)]).astype(np.float32)
    found = np.array([fixedpoint.exp_float32(float(x)) for x in xs], np.float32)
    assert np.array_equal(found, np.exp(xs.astype(np.float64)).astype(np.float32))
    assert fixedpoint.exp_float32(-18.0) == 0

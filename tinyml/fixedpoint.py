"""The integer arithmetic of quantized operators, exactly as TFLM's reference kernels do it.

Two libraries define it. TFLM (tensorflow/lite/kernels/internal/common.cc and quantization_util.cc) turns real
multipliers into a 32-bit significand and a shift, and rounds twice when it applies them. gemmlowp
(fixedpoint/fixedpoint.h) has the fixed-point functions: a number "Qm.n" has m integer and n fractional bits, and
its raw integer is the value times 2^n. All functions take and return Python integers, and wrap or saturate at 32
bits where those libraries do.
"""

import math

import numpy as np

INT16_MIN, INT16_MAX = -(1 << 15), (1 << 15) - 1
INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1
INT8_MIN, INT8_MAX = -128, 127

_ONE_Q0 = INT32_MAX  # 1.0 in Q0.31, which cannot hold it exactly
_ONE_Q2 = 1 << 29  # 1.0 in Q2.29


def wrap(x: int) -> int:
    """Return `x` modulo 2^32 as a signed number, as 32-bit registers hold it."""
    return ((x - INT32_MIN) & 0xFFFFFFFF) + INT32_MIN


def clamp(x: int, low: int, high: int) -> int:
    """Return the number from `low` to `high` that is next to `x`."""
    return min(max(x, low), high)


def round_half_away(x: float) -> int:
    """Return `x` rounded to nearest, ties away from zero (C's round), for a finite `x`."""
    whole = math.floor(abs(x))
    whole += abs(x) - whole >= 0.5
    return -whole if x < 0 else whole


def float32_quotient(a: float, b: float) -> float:
    """Return a / b as C computes it with 32-bit floats; infinite where it overflows."""
    with np.errstate(over="ignore"):
        return float(np.float32(a) / np.float32(b))


def quantize_multiplier(real: float) -> tuple[int, int]:
    """Return (multiplier, shift) with real ≈ multiplier × 2^(shift − 31) (TFLM's QuantizeMultiplier).

    The multiplier is 0 or from 2^30 to 2^31 − 1; the shift is at least −31 and has no upper limit. A real number
    below about 2^-32 becomes 0.

    Raises:
        ValueError: `real` is negative or not finite.
    """
    if not (math.isfinite(real) and real >= 0):
        raise ValueError(f"a multiplier must be finite and not negative, not {real}")
    significand, shift = math.frexp(real)
    multiplier = round_half_away(significand * (1 << 31))
    if multiplier == 1 << 31:
        multiplier, shift = 1 << 30, shift + 1
    return (0, 0) if multiplier == 0 or shift < -31 else (multiplier, shift)


def doubling_high_mul(a: int, b: int) -> int:
    """Return a × b / 2^31, rounded to nearest, saturating (gemmlowp's SaturatingRoundingDoublingHighMul).

    gemmlowp's two roundings, by the product's sign, are both floor((ab + 2^30) / 2^31).
    """
    return min((a * b + (1 << 30)) >> 31, INT32_MAX)


def rounding_shift(x: int, exponent: int) -> int:
    """Return x / 2^exponent, rounded to nearest, ties away from zero (gemmlowp's RoundingDivideByPOT)."""
    if exponent == 0:
        return x
    return (x - (x < 0) + (1 << (exponent - 1))) >> exponent


def saturating_shift_left(x: int, exponent: int) -> int:
    """Return x × 2^exponent, saturating (gemmlowp's SaturatingRoundingMultiplyByPOT, exponent above 0)."""
    return clamp(x << exponent, INT32_MIN, INT32_MAX)


def requantize(x: int, multiplier: int, shift: int) -> int:
    """Return x × multiplier × 2^(shift − 31) (TFLM's MultiplyByQuantizedMultiplier, double rounding).

    A left shift wraps at 32 bits.
    """
    left, right = max(shift, 0), max(-shift, 0)
    return rounding_shift(doubling_high_mul(wrap(x << left), multiplier), right)


def input_radius(integer_bits: int, left_shift: int) -> int:
    """Return how far from 0 an input may be before it overflows Q(integer_bits) (TFLM's CalculateInputRadius)."""
    return ((1 << integer_bits) - 1 << (31 - integer_bits)) >> left_shift


# Factors of exp for the bits of −x from 1/4 up to 16, each exp(−2^exponent) in Q0.31.
_EXP_FACTORS = (
    (-2, 1672461947),
    (-1, 1302514674),
    (0, 790015084),
    (1, 290630308),
    (2, 39332535),
    (3, 720401),
    (4, 242),
)


def _exp_near_zero(x: int) -> int:
    """Return exp(x), Q0.31 in and out, for x from −1/4 to 0: Taylor's series to the fourth power around −1/8."""
    exp_minus_eighth, third = 1895147668, 715827883
    x += 1 << 28
    x2 = doubling_high_mul(x, x)
    x3 = doubling_high_mul(x2, x)
    x4_by_4 = rounding_shift(doubling_high_mul(x2, x2), 2)
    rest = rounding_shift(doubling_high_mul(x4_by_4 + x3, third) + x2, 1)
    return exp_minus_eighth + doubling_high_mul(exp_minus_eighth, x + rest)


def exp_of_negative(x: int, integer_bits: int) -> int:
    """Return exp(x) in Q0.31 (gemmlowp's exp_on_negative_values).

    Args:
        x: the raw value, at most 0, with `integer_bits` integer bits.
        integer_bits: at most 5.
    """
    if x == 0:
        return _ONE_Q0
    fraction_bits = 31 - integer_bits
    quarter = 1 << (fraction_bits - 2)
    low = (x & (quarter - 1)) - quarter
    result = _exp_near_zero(saturating_shift_left(low, integer_bits))
    remainder = low - x
    for exponent, factor in _EXP_FACTORS:
        if exponent < integer_bits and remainder & (1 << (fraction_bits + exponent)):
            result = doubling_high_mul(result, factor)
    return result


def _two_over_one_plus(x: int) -> int:
    """Return 2 / (1 + x), x in Q0.31 from 0 to 1, the result in Q2.29."""
    half_denominator = (x + _ONE_Q0 + 1) // 2
    estimate = 1515870810 + doubling_high_mul(half_denominator, -1010580540)  # 48/17 − 32/17 d
    for _ in range(3):  # Newton and Raphson's step
        error = _ONE_Q2 - doubling_high_mul(half_denominator, estimate)
        estimate += saturating_shift_left(doubling_high_mul(estimate, error), 2)
    return estimate


def one_over_one_plus(x: int) -> int:
    """Return 1 / (1 + x), Q0.31 in and out, for x from 0 to 1 (gemmlowp's one_over_one_plus_x_for_x_in_0_1)."""
    return saturating_shift_left(_two_over_one_plus(x), 1)


def logistic(x: int, integer_bits: int) -> int:
    """Return 1 / (1 + exp(−x)) in Q0.31 (gemmlowp's logistic); `x` has `integer_bits` integer bits."""
    if x == 0:
        return 1 << 30
    positive = one_over_one_plus(exp_of_negative(-abs(x), integer_bits))
    return positive if x > 0 else _ONE_Q0 - positive


def tanh(x: int, integer_bits: int) -> int:
    """Return tanh(x) in Q0.31 (gemmlowp's tanh); `x` has `integer_bits` integer bits."""
    if x == 0:
        return 0
    # With e = exp(−2|x|), tanh |x| is 2 / (1 + e) − 1; one integer bit more doubles what the raw value stands for.
    estimate = _two_over_one_plus(exp_of_negative(-abs(x), integer_bits + 1))
    positive = saturating_shift_left(estimate - _ONE_Q2, 2)
    return positive if x > 0 else -positive


def rounding_high_mul_int16(a: int, b: int) -> int:
    """Return a × b / 2^15 of 16-bit numbers, rounded to nearest (gemmlowp's SaturatingRoundingDoublingHighMul)."""
    return min((a * b + (1 << 14)) >> 15, INT16_MAX)


def inverse_sqrt(x: int) -> tuple[int, int]:
    """Return (multiplier, shift) with 1 / sqrt(x) ≈ multiplier × 2^(shift − 31), for x from 1 to 2^29 − 1.

    TFLM's GetInvSqrtQuantizedMultiplierExp: five steps of Newton's method from 1, with 3 integer bits.
    """
    if x == 1:
        return INT32_MAX, 0
    pairs = (32 - x.bit_length() - 1) // 2 - 1
    shift = 11 - pairs
    half = rounding_shift(x << 2 * pairs >> 1, 1)
    three_halves = (1 << 28) + (1 << 27)
    root = 1 << 28
    for _ in range(5):
        cube = saturating_shift_left(doubling_high_mul(doubling_high_mul(root, root), root), 6)
        step = doubling_high_mul(three_halves, root) - doubling_high_mul(half, cube)
        root = saturating_shift_left(step, 3)
    root = doubling_high_mul(root, 1518500250)  # sqrt(1/2) in Q0.31
    return (root << -shift, 0) if shift < 0 else (root, -shift)


_EXP_HALVINGS = 10  # of an exponent, before its series; the result is squared as often
_ONE_Q64 = (1 << 64) - 1  # 1.0 in Q0.64 without a sign, which cannot hold it exactly


def _high_mul_64(a: int, b: int) -> int:
    """Return a × b / 2^64 of unsigned 64-bit numbers, at most 2 too small: low halves are not multiplied."""
    half = (1 << 32) - 1
    return (a >> 32) * (b >> 32) + ((a >> 32) * (b & half) >> 32) + ((a & half) * (b >> 32) >> 32)


def exp_float32(x: float) -> float:
    """Return exp(x) as a 32-bit float for a 32-bit float `x` below 0, in integers: every machine gets the same.

    It is 0 for `x` of −18 or less, where exp(x) − 1 is −1 in 32-bit floats.
    """
    if x <= -18:
        return 0.0
    significand, exponent = math.frexp(-x)
    z = int(math.ldexp(significand, exponent + 64 - _EXP_HALVINGS))
    result = _ONE_Q64
    for n in range(6, 0, -1):
        result = _ONE_Q64 - _high_mul_64(z, result) // n
    for _ in range(_EXP_HALVINGS):
        result = _high_mul_64(result, result)
    shift = result.bit_length() - 24
    kept, rest = result >> shift, result & ((1 << shift) - 1)
    half = 1 << (shift - 1)
    kept += rest > half or (rest == half and kept & 1 == 1)
    return math.ldexp(kept, shift - 64)

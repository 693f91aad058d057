"""HARD_SWISH on int8: x × min(max(x + 3, 0), 6) / 6, in 16-bit fixed point."""

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MAX, INT8_MIN, INT16_MAX, INT16_MIN
from tinyml.graph import Graph, Operator
from tinyml.ops import lookup
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered, refuse

_WIDENING = 7  # bits by which inputs are widened


def _multiplier_int16(real: float) -> tuple[int, int]:
    """Return (multiplier, shift) with real ≈ multiplier × 2^(shift − 15)."""
    multiplier, shift = fixedpoint.quantize_multiplier(real)
    return min(multiplier + (1 << 15), fixedpoint.INT32_MAX) >> 16, shift


def _gate(wide: int, multiplier: int, shift: int) -> int:
    """Return (x + 3) / 6 between 0 and 1 in Q0.15, for the widened input x."""
    value = wide
    if shift > 0:
        value = fixedpoint.clamp(value << (shift - 1), INT16_MIN, INT16_MAX)
    value = fixedpoint.rounding_high_mul_int16(value, multiplier)
    if shift > 0:
        value = fixedpoint.clamp(value << 1, INT16_MIN, INT16_MAX)
    else:
        value = fixedpoint.rounding_shift(value, -shift)
    return (value + (1 << 15)) >> 1


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower HARD_SWISH.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    source, output = lookup.int8_pair(graph, operator)
    before, after = source.quantized, output.quantized
    wide_scale = before.scale / (1 << _WIDENING)
    to_output, to_output_shift = _multiplier_int16(wide_scale / after.scale)
    to_gate, to_gate_shift = _multiplier_int16(wide_scale / (3 / (1 << 15)))
    # TFLM refuses a larger output shift; it shifts 16-bit numbers, by too many bits where a scale is out of range.
    if not (-15 <= to_output_shift <= 0 and -15 <= to_gate_shift <= 30):
        raise refuse(
            graph,
            operator,
            f"its input's scale {before.scale:.6g} and its output's {after.scale:.6g} are out of range",
        )

    def function(x: int) -> int:
        wide = (x - before.zero_point) << _WIDENING
        scaled = fixedpoint.rounding_high_mul_int16(wide, to_output)
        product = _gate(wide, to_gate, to_gate_shift) * scaled
        truncated = abs(product) >> 15  # towards zero, against the bias of the roundings before
        steps = fixedpoint.rounding_shift(truncated if product >= 0 else -truncated, -to_output_shift)
        return fixedpoint.clamp(steps + after.zero_point, INT8_MIN, INT8_MAX)

    return lookup.call(source, output, function)


OPERATOR = Definition("HARD_SWISH", lower, (Form("int8", ("lookup_s8",)),))

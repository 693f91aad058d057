"""LOGISTIC on int8: 1 / (1 + exp(−x)) in steps of 1/256."""

import math

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MAX, INT8_MIN
from tinyml.graph import Graph, Operator
from tinyml.ops import lookup
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered, refuse

_INTEGER_BITS = 4  # of the input, scaled: beyond 16 the result is 0 or 1


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower LOGISTIC.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    source, output = lookup.int8_pair(graph, operator)
    if output.quantized.zero_point != INT8_MIN:
        raise refuse(graph, operator, f"its output has the zero point {output.quantized.zero_point}, not -128")
    scale, zero_point = source.quantized.scale, source.quantized.zero_point
    significand, shift = math.frexp(scale * (1 << (31 - _INTEGER_BITS)))
    if shift < 0:
        raise refuse(graph, operator, f"its input has the scale {scale:.6g}; at least 2^-28 is needed")
    multiplier = fixedpoint.round_half_away(significand * (1 << 31))
    radius = fixedpoint.input_radius(_INTEGER_BITS, shift)

    def function(x: int) -> int:
        x -= zero_point
        if x <= -radius:
            return INT8_MIN
        if x >= radius:
            return INT8_MAX
        result = fixedpoint.logistic(fixedpoint.requantize(x, multiplier, shift), _INTEGER_BITS)
        return fixedpoint.clamp(fixedpoint.rounding_shift(result, 31 - 8) + INT8_MIN, INT8_MIN, INT8_MAX)

    return lookup.call(source, output, function)


OPERATOR = Definition("LOGISTIC", lower, (Form("int8", ("lookup_s8",)),))

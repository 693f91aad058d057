"""What LOGISTIC and TANH share.

int8 is a table of results. int16 goes through one table of 256 points of the logistic function, which the input is
multiplied for; the output is in steps of 2^-15.
"""

import math
from collections.abc import Callable

import numpy as np

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MAX, INT8_MIN
from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops import lookup
from tinyml.ops.lowering import Lowered, refuse

_INTEGER_BITS = 4  # of an int8 input, scaled: beyond 16 LOGISTIC and TANH are at an end of their range

_TABLE_SCALE = 1 << 12  # int16 with this many steps to 1 needs no factor but 3 for the table
_MAX_MULTIPLIER = (1 << 16) - 1  # whose products with int16 fit 32 bits
_MAX_SHIFT = 31

# TFLM takes a scale for a power of two whose binary logarithm, in floats, is 0.001 or less from a whole number.
# Between these bounds that hangs on the last bit of a C library's logarithm.
_SURELY_POWER, _SURELY_NONE = float(np.float32(6.85e-4)), float(np.float32(7.01e-4))
_OUTPUT_TOLERANCE = float(np.float32(6e-4))


def lower(
    graph: Graph,
    operator: Operator,
    function: Callable[[int, int], int],
    fraction_bits: int,
    zero_point: int,
    *,
    kernel: str,
    powers: int,
) -> Lowered:
    """Return the call for LOGISTIC or TANH.

    Args:
        graph: the model.
        operator: the operator.
        function: takes a value and the number of its integer bits, and gives one in Q0.31.
        fraction_bits: of an int8 output; it stands for numbers in steps of 2^-fraction_bits.
        zero_point: the int8 output's, which TFLM takes it to be.
        kernel: the kernel of int16.
        powers: how many powers of two, 2^-12 and its doubles, are scales of int16 that need no rounding.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    source, output = lookup.symmetric_pair(graph, operator)
    if source.type == "int16":
        return _int16(graph, operator, source, output, kernel, powers)
    if output.quantized.zero_point != zero_point:
        found = output.quantized.zero_point
        raise refuse(graph, operator, f"its output has the zero point {found}, not {zero_point}")
    scale = source.quantized.scale
    significand, shift = math.frexp(scale * (1 << (31 - _INTEGER_BITS)))
    if shift < 0:
        raise refuse(graph, operator, f"its input has the scale {scale:.6g}; at least 2^-28 is needed")
    multiplier = fixedpoint.round_half_away(significand * (1 << 31))
    radius = fixedpoint.input_radius(_INTEGER_BITS, shift)

    def result(x: int) -> int:
        x -= source.quantized.zero_point
        if x <= -radius:
            return INT8_MIN
        if x >= radius:
            return INT8_MAX
        real = function(fixedpoint.requantize(x, multiplier, shift), _INTEGER_BITS)
        steps = fixedpoint.rounding_shift(real, 31 - fraction_bits)
        return fixedpoint.clamp(steps + zero_point, INT8_MIN, INT8_MAX)

    return lookup.call(source, output, result)


def _int16(graph: Graph, operator: Operator, source: Tensor, output: Tensor, kernel: str, powers: int) -> Lowered:
    scale = output.quantized.scale
    if not abs(scale * (1 << 15) - 1) <= _OUTPUT_TOLERANCE:
        raise refuse(graph, operator, f"its output is int16 with the scale {scale:.6g}, not 1/32768")
    multiplier, shift = _factor(graph, operator, source.quantized.scale, powers)
    return lookup.elementwise(kernel, source, output, {"multiplier": multiplier, "shift": shift})


def _factor(graph: Graph, operator: Operator, scale: float, powers: int) -> tuple[int, int]:
    """Return multiplier and right shift from the input to the table's steps."""
    for power in range(powers):
        distance = abs(scale * _TABLE_SCALE / (1 << power) - 1)
        if distance <= _SURELY_POWER:
            return 3 << power, 0
        if distance < _SURELY_NONE:
            reason = f"its input has the scale {scale:.9g}, which TFLM may take for a power of two or not"
            raise refuse(graph, operator, reason, "Any other scale will do.")
    multiplier, shift = 3 * scale * _TABLE_SCALE, 0
    while multiplier <= 32767 / 2 and shift < _MAX_SHIFT:
        multiplier *= 2
        shift += 1
    if not 1 <= multiplier < _MAX_MULTIPLIER + 1:
        raise refuse(graph, operator, f"its input has the scale {scale:.6g}; 4e-14 to 5.3 is supported")
    return int(multiplier), shift

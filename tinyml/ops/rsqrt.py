"""RSQRT on int8: 1 / sqrt(x).

For 0, TFLM gives the largest output. A value below 0 makes its inference fail; here it gives the largest output,
too, as an inference has no way to fail.
"""

import math

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MAX, INT8_MIN
from tinyml.graph import Graph, Operator
from tinyml.ops import lookup
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered, refuse

_SHIFT = 20  # that keeps significant bits of the root


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower RSQRT.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    source, output = lookup.int8_pair(graph, operator)
    before, after = source.quantized, output.quantized
    multiplier, shift = fixedpoint.quantize_multiplier(1 / (math.sqrt(before.scale) * after.scale))
    if not -31 <= shift - _SHIFT <= 30:
        raise refuse(graph, operator, f"its scales {before.scale:.6g} and {after.scale:.6g} are too far apart")

    def function(x: int) -> int:
        x -= before.zero_point
        if x <= 0:
            return INT8_MAX
        root, root_shift = fixedpoint.inverse_sqrt(x)
        scaled = fixedpoint.requantize(1, root, root_shift + _SHIFT)
        steps = fixedpoint.requantize(scaled, multiplier, shift - _SHIFT)
        return fixedpoint.clamp(fixedpoint.wrap(steps + after.zero_point), INT8_MIN, INT8_MAX)

    return lookup.call(source, output, function)


OPERATOR = Definition("RSQRT", lower, (Form("int8", ("lookup_s8",)),))

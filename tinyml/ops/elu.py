"""ELU on int8: x from 0 on, exp(x) − 1 below.

TFLM computes its table with 32-bit floats and the exponential of the C library that it was linked with, whose last
bit differs from one library to the next. Here that bit is rounded correctly; it shows only where a result lies so
near the middle between two steps that TFLM's own results differ.
"""

import numpy as np

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MAX, INT8_MIN
from tinyml.graph import Graph, Operator
from tinyml.ops import lookup
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered, refuse

_MAX_STEPS = 1 << 30  # of the output's scale; somewhat beyond, C leaves TFLM's conversion undefined


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower ELU.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    source, output = lookup.int8_pair(graph, operator)
    before, after = source.quantized, output.quantized
    scale, inverse = np.float32(before.scale), np.float32(fixedpoint.float32_quotient(1.0, after.scale))
    with np.errstate(over="ignore"):
        largest = np.float32(255) * max(scale, np.float32(1)) * inverse
    if not largest < _MAX_STEPS:
        raise refuse(
            graph,
            operator,
            f"its input's scale {before.scale:.6g} and its output's {after.scale:.6g} are too far apart",
        )

    def function(x: int) -> int:
        real = scale * np.float32(x - before.zero_point)
        if real < 0:
            real = np.float32(fixedpoint.exp_float32(float(real))) - np.float32(1)
        steps = fixedpoint.round_half_away(float(real * inverse))
        return fixedpoint.clamp(steps + after.zero_point, INT8_MIN, INT8_MAX)

    return lookup.call(source, output, function)


OPERATOR = Definition("ELU", lower, (Form("int8", ("lookup_s8",)),))

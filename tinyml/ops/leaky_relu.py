"""LEAKY_RELU on int8 and int16: x above 0, alpha × x below, where alpha may be negative.

Both come to the output's scale.
"""

import math

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MAX, INT8_MIN
from tinyml.graph import Graph, Operator
from tinyml.ops import lookup
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.quantized import multiplier_of, options_of


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower LEAKY_RELU.

    Raises:
        ModelError: types, shapes, quantization or alpha are not what TFLM computes.
    """
    source, output = lookup.quantized_pair(graph, operator, "int8", "int16")
    alpha = options_of(graph, operator).float32(0)
    if not math.isfinite(alpha):
        raise refuse(graph, operator, f"its alpha is {alpha}; a finite number is allowed")
    before, after = source.quantized, output.quantized
    identity = multiplier_of(graph, operator, before.scale / after.scale)
    leaky = multiplier_of(graph, operator, before.scale * abs(alpha) / after.scale)
    if source.type == "int16":
        return lookup.rescale(source, output, identity, negative=leaky, negate=alpha < 0)

    def function(x: int) -> int:
        x -= before.zero_point
        steps = fixedpoint.requantize(x, *(identity if x >= 0 else leaky))
        if x < 0 and alpha < 0:
            steps = -steps
        return fixedpoint.clamp(fixedpoint.wrap(steps + after.zero_point), INT8_MIN, INT8_MAX)

    return lookup.call(source, output, function)


OPERATOR = Definition(
    "LEAKY_RELU", lower, (Form("int8", ("lookup_s8",)), Form("int16", ("rescale_s16",))), wide=True
)

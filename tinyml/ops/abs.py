"""ABS on int8 and int16, which also brings its input to the output's scale.

int16 without quantization, which TFLM takes too, is refused.
"""

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MAX, INT8_MIN
from tinyml.graph import Graph, Operator
from tinyml.ops import lookup
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered
from tinyml.ops.quantized import multiplier_of


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower ABS.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    source, output = lookup.symmetric_pair(graph, operator)
    before, after = source.quantized, output.quantized
    rescaled = before.scale != after.scale
    multiplier, shift = multiplier_of(graph, operator, before.scale / after.scale)
    if source.type == "int16":
        return lookup.rescale(source, output, (multiplier, shift), absolute=True)

    def function(x: int) -> int:
        distance = abs(x - before.zero_point)
        if rescaled:
            distance = fixedpoint.requantize(distance, multiplier, shift)
        return fixedpoint.clamp(fixedpoint.wrap(distance + after.zero_point), INT8_MIN, INT8_MAX)

    return lookup.call(source, output, function)


OPERATOR = Definition("ABS", lower, (Form("int8", ("lookup_s8",)), Form("int16", ("rescale_s16",))), wide=True)

"""RELU on int8 and int16, which also brings its input to the output's scale."""

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MAX, INT16_MAX
from tinyml.graph import Graph, Operator
from tinyml.ops import lookup
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered
from tinyml.ops.quantized import multiplier_of


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower RELU.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    source, output = lookup.symmetric_pair(graph, operator)
    before, after = source.quantized, output.quantized
    # TFLM's source divides 32-bit floats here; its released interpreter gives the 64-bit quotient.
    multiplier, shift = multiplier_of(graph, operator, before.scale / after.scale)
    if source.type == "int16":
        return lookup.rescale(source, output, (multiplier, shift), bounds=(0, INT16_MAX))

    def function(x: int) -> int:
        scaled = fixedpoint.requantize(x - before.zero_point, multiplier, shift)
        return fixedpoint.clamp(fixedpoint.wrap(scaled + after.zero_point), after.zero_point, INT8_MAX)

    return lookup.call(source, output, function)


OPERATOR = Definition("RELU", lower, (Form("int8", ("lookup_s8",)), Form("int16", ("rescale_s16",))), wide=True)

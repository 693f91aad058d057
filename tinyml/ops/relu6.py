"""RELU6 on int8 and int16, which clamps in its input's scale; TFLM takes the output's to be the same."""

from tinyml import fixedpoint
from tinyml.graph import Graph, Operator
from tinyml.ops import lookup
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.quantized import limits

_SAME = (1 << 30, 1)  # the factor 1


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower RELU6.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    source, output = lookup.symmetric_pair(graph, operator)
    scale, zero_point = source.quantized.scale, source.quantized.zero_point
    steps = fixedpoint.float32_quotient(6.0, scale)
    if steps >= 1 << 31:
        raise refuse(graph, operator, f"its input's scale {scale:.6g} is too small for RELU6")
    six = min(zero_point + fixedpoint.round_half_away(steps), limits(source)[1])
    if source.type == "int16":
        return lookup.rescale(source, output, _SAME, bounds=(0, six))
    return lookup.call(source, output, lambda x: fixedpoint.clamp(x, zero_point, six))


OPERATOR = Definition("RELU6", lower, (Form("int8", ("lookup_s8",)), Form("int16", ("rescale_s16",))), wide=True)

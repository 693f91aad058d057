"""RELU6 on int8, which clamps in its input's scale; TFLM takes the output's to be the same."""

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MAX
from tinyml.graph import Graph, Operator
from tinyml.ops import lookup
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered, refuse


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower RELU6.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    source, output = lookup.int8_pair(graph, operator)
    scale, zero_point = source.quantized.scale, source.quantized.zero_point
    steps = fixedpoint.float32_quotient(6.0, scale)
    if steps >= 1 << 31:
        raise refuse(graph, operator, f"its input's scale {scale:.6g} is too small for RELU6")
    six = min(zero_point + fixedpoint.round_half_away(steps), INT8_MAX)
    return lookup.call(source, output, lambda x: fixedpoint.clamp(x, zero_point, six))


OPERATOR = Definition("RELU6", lower, (Form("int8", ("lookup_s8",)),))

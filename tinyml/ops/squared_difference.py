"""SQUARED_DIFFERENCE on int8 and int32, also with broadcasting and with a constant operand."""

from tinyml.fixedpoint import INT8_MAX, INT8_MIN
from tinyml.graph import Graph, Operator
from tinyml.ops import broadcast, sums
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered
from tinyml.ops.quantized import multiplier_of

_LEFT_SHIFT = 7  # TM_SQUARED_DIFFERENCE_S8_LEFT_SHIFT of the kernel


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SQUARED_DIFFERENCE.

    Raises:
        ModelError: types, shapes or quantization are not what the kernels compute.
    """
    pair = broadcast.read(graph, operator, ("int8", "int32"))
    if pair.first.type == "int32":
        return sums.arithmetic(graph, operator, pair, sums.SQUARED_DIFFERENCE, 0)
    broadcast.check_all_quantized(graph, operator, pair)
    twice_larger = 2 * max(pair.first.quantized.scale, pair.second.quantized.scale)
    output = pair.output.quantized
    factor = twice_larger * twice_larger / ((1 << 2 * _LEFT_SHIFT) * output.scale)
    multiplier, shift = multiplier_of(graph, operator, factor)
    return pair.call(
        "squared_difference_s8",
        **sums.inputs_to_one_scale(pair.first, pair.second),
        output_offset=output.zero_point,
        output_multiplier=multiplier,
        output_shift=shift,
        activation_min=INT8_MIN,
        activation_max=INT8_MAX,
    )


OPERATOR = Definition(
    "SQUARED_DIFFERENCE",
    lower,
    (Form("int8", ("squared_difference_s8",)), Form("int32", ("arithmetic_s32",))),
)

"""MUL on int8, int16 and int32, also with broadcasting and with a constant operand."""

from tinyml.graph import Graph, Operator
from tinyml.ops import broadcast, sums
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered
from tinyml.ops.quantized import activation_range, multiplier_of

_KERNELS = {"int8": "mul_s8", "int16": "mul_s16"}


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower MUL.

    Raises:
        ModelError: types, shapes or quantization are not what the kernels compute.
    """
    pair = broadcast.read(graph, operator, ("int8", "int16", "int32"))
    activation = operator.option(lambda options: options.int8(0))
    if pair.first.type == "int32":
        return sums.arithmetic(graph, operator, pair, sums.MUL, activation)
    broadcast.check_all_quantized(graph, operator, pair)
    broadcast.check_all_symmetric(graph, operator, pair)
    first, second, output = pair.first.quantized, pair.second.quantized, pair.output.quantized
    low, high = activation_range(graph, operator, activation, pair.output)
    multiplier, shift = multiplier_of(graph, operator, first.scale * second.scale / output.scale)
    return pair.call(
        _KERNELS[pair.first.type],
        input1_offset=-first.zero_point,
        input2_offset=-second.zero_point,
        output_offset=output.zero_point,
        output_multiplier=multiplier,
        output_shift=shift,
        activation_min=low,
        activation_max=high,
    )


OPERATOR = Definition("MUL", lower, sums.forms(_KERNELS), wide=True)

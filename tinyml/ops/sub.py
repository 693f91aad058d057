"""SUB on int8, int16 and int32, also with broadcasting and with a constant operand."""

from tinyml.graph import Graph, Operator
from tinyml.ops import broadcast, sums
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered
from tinyml.ops.quantized import activation_range

_KERNELS = {"int8": "sub_s8", "int16": "sub_s16"}


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SUB.

    Raises:
        ModelError: types, shapes or quantization are not what the kernels compute.
    """
    pair = broadcast.read(graph, operator, ("int8", "int16", "int32"))
    activation = operator.option(lambda options: options.int8(0))
    if pair.first.type == "int32":
        return sums.arithmetic(graph, operator, pair, sums.SUB, activation)
    broadcast.check_all_quantized(graph, operator, pair)
    low, high = activation_range(graph, operator, activation, pair.output)
    return pair.call(
        _KERNELS[pair.first.type],
        **sums.inputs_to_one_scale(pair.first, pair.second),
        **sums.to_output(graph, operator, pair),
        activation_min=low,
        activation_max=high,
    )


OPERATOR = Definition("SUB", lower, sums.forms(_KERNELS), wide=True)

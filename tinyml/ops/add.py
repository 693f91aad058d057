"""ADD on int8, int16 and int32, also with broadcasting and with a constant operand.

TFLM leaves a fused activation out where it adds int32; such an operator is refused.
"""

from tinyml.graph import Graph, Operator
from tinyml.ops import broadcast, sums
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.quantized import activation_range

_KERNELS = {"int8": "add_s8", "int16": "add_s16"}


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower ADD.

    Raises:
        ModelError: types, shapes or quantization are not what the kernels compute.
    """
    pair = broadcast.read(graph, operator, ("int8", "int16", "int32"))
    activation = operator.option(lambda options: options.int8(0))
    if pair.first.type == "int32":
        if activation != 0:
            raise refuse(graph, operator, "it adds int32 with a fused activation, which TFLM leaves out")
        return sums.arithmetic(graph, operator, pair, sums.ADD, 0)
    broadcast.check_all_quantized(graph, operator, pair)
    low, high = activation_range(graph, operator, activation, pair.output)
    return pair.call(
        _KERNELS[pair.first.type],
        **sums.inputs_to_one_scale(pair.first, pair.second),
        **sums.to_output(graph, operator, pair),
        activation_min=low,
        activation_max=high,
    )


OPERATOR = Definition("ADD", lower, sums.forms(_KERNELS), wide=True)

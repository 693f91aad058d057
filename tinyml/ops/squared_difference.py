"""SQUARED_DIFFERENCE on int8, int16 and int32, also with broadcasting and with a constant operand."""

from tinyml.graph import Graph, Operator
from tinyml.ops import broadcast, sums
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered
from tinyml.ops.quantized import limits, multiplier_of

_LEFT_SHIFTS = {"int8": 7, "int16": 0}  # TM_SQUARED_DIFFERENCE_..._LEFT_SHIFT of the kernels
_KERNELS = {"int8": "squared_difference_s8", "int16": "squared_difference_s16"}


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SQUARED_DIFFERENCE.

    Raises:
        ModelError: types, shapes or quantization are not what the kernels compute.
    """
    pair = broadcast.read(graph, operator, ("int8", "int16", "int32"))
    if pair.first.type == "int32":
        return sums.arithmetic(graph, operator, pair, sums.SQUARED_DIFFERENCE, 0)
    broadcast.check_all_quantized(graph, operator, pair)
    broadcast.check_all_symmetric(graph, operator, pair)
    twice_larger = 2 * max(pair.first.quantized.scale, pair.second.quantized.scale)
    output = pair.output.quantized
    factor = twice_larger * twice_larger / ((1 << 2 * _LEFT_SHIFTS[pair.first.type]) * output.scale)
    low, high = limits(pair.output)
    multiplier, shift = multiplier_of(graph, operator, factor)
    return pair.call(
        _KERNELS[pair.first.type],
        **sums.inputs_to_one_scale(pair.first, pair.second),
        output_offset=output.zero_point,
        output_multiplier=multiplier,
        output_shift=shift,
        activation_min=low,
        activation_max=high,
    )


OPERATOR = Definition("SQUARED_DIFFERENCE", lower, sums.forms(_KERNELS), wide=True)

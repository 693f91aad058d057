"""PRELU on int8, and on int16 with an int8 alpha, also with broadcasting: x from 0 on, alpha × x below."""

from tinyml.graph import Graph, Operator
from tinyml.ops import broadcast
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered
from tinyml.ops.quantized import multiplier_of

_KERNELS = {"int8": "prelu_s8", "int16": "prelu_s16"}


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower PRELU.

    Raises:
        ModelError: types, shapes or quantization are not what the kernel computes.
    """
    pair = broadcast.read(graph, operator, tuple(_KERNELS), second_type="int8")
    broadcast.check_all_quantized(graph, operator, pair)
    source, alpha, output = pair.first.quantized, pair.second.quantized, pair.output.quantized
    identity = multiplier_of(graph, operator, source.scale / output.scale)
    leaky = multiplier_of(graph, operator, source.scale * alpha.scale / output.scale)
    return pair.call(
        _KERNELS[pair.first.type],
        input_offset=-source.zero_point,
        alpha_offset=-alpha.zero_point,
        output_offset=output.zero_point,
        identity_multiplier=identity[0],
        identity_shift=identity[1],
        alpha_multiplier=leaky[0],
        alpha_shift=leaky[1],
    )


OPERATOR = Definition(
    "PRELU", lower, tuple(Form(type_, (kernel,)) for type_, kernel in _KERNELS.items()), wide=True
)

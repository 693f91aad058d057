"""Functions of one 8-bit value as tables of 256 results: LOGISTIC, RELU, RELU6, QUANTIZE between 8-bit types.

A table is exact, takes 256 bytes of flash (less than the code of LOGISTIC or of a requantization with its
constants) and one load an element.
"""

from collections.abc import Callable

import numpy as np

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.lowering import Constant, KernelCall, Lowered, output_of, pointer, tensor_of
from tinyml.ops.quantized import check_inputs, check_int8, check_shape


def int8_pair(graph: Graph, operator: Operator) -> tuple[Tensor, Tensor]:
    """Return the only input and the output, both int8 and of one shape.

    Raises:
        ModelError: they are not.
    """
    check_inputs(graph, operator, (1,))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_int8(graph, operator, source, "input")
    check_int8(graph, operator, output, "output")
    check_shape(graph, operator, output, "output", source.shape)
    return source, output


def call(source: Tensor, output: Tensor, function: Callable[[int], int]) -> Lowered:
    """Return the call that applies `function` to each element; it maps an input value to an int8 value."""
    values = np.arange(256, dtype=np.uint8).view(source.type).tolist()
    table = Constant("table", np.array([function(x) for x in values], np.int8), lookup=True)
    pointers = (pointer(source, "input"), table, output.index)
    in_place = () if source.is_constant else (source.index,)
    return Lowered((KernelCall("lookup_s8", {"size": source.elements}, pointers),), in_place=in_place)

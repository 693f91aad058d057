"""Functions of one value: activations, ABS, RSQRT, QUANTIZE between 8-bit types.

Of an 8-bit value they are tables of 256 results. A table is exact, takes 256 bytes of flash (less than the code of
LOGISTIC or of a requantization with its constants) and one load an element. int16 is computed.
"""

from collections.abc import Callable, Mapping

import numpy as np

from tinyml.fixedpoint import INT16_MAX, INT16_MIN
from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops import move
from tinyml.ops.lowering import Constant, KernelCall, Lowered, output_of, pointer, tensor_of
from tinyml.ops.quantized import check_inputs, check_integer, check_shape, check_symmetric

KERNEL = "lookup_s8"
IDENTITY = bytes(range(256))


def quantized_pair(graph: Graph, operator: Operator, *types: str) -> tuple[Tensor, Tensor]:
    """Return the only input and the output, both of one of `types` and of one shape.

    Raises:
        ModelError: they are not.
    """
    check_inputs(graph, operator, (1,))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_integer(graph, operator, source, "input", *types)
    check_integer(graph, operator, output, "output", source.type)
    check_shape(graph, operator, output, "output", source.shape)
    return source, output


def int8_pair(graph: Graph, operator: Operator) -> tuple[Tensor, Tensor]:
    """Return the only input and the output, both int8 and of one shape.

    Raises:
        ModelError: they are not.
    """
    return quantized_pair(graph, operator, "int8")


def symmetric_pair(graph: Graph, operator: Operator) -> tuple[Tensor, Tensor]:
    """Return the only input and the output, both int8, or both int16 with the zero point 0, and of one shape.

    Raises:
        ModelError: they are not.
    """
    source, output = quantized_pair(graph, operator, "int8", "int16")
    check_symmetric(graph, operator, source, "input")
    check_symmetric(graph, operator, output, "output")
    return source, output


def elementwise(kernel: str, source: Tensor, output: Tensor, params: Mapping[str, int]) -> Lowered:
    """Return the call of a kernel that works element by element, and upon its input where that is no smaller."""
    in_place = () if source.is_constant or output.nbytes > source.nbytes else (source.index,)
    call = KernelCall(kernel, {"size": source.elements, **params}, (pointer(source, "input"), output.index))
    return Lowered((call,), in_place=in_place)


def rescale(
    source: Tensor,
    output: Tensor,
    factor: tuple[int, int],
    *,
    negative: tuple[int, int] | None = None,
    absolute: bool = False,
    negate: bool = False,
    bounds: tuple[int, int] = (INT16_MIN, INT16_MAX),
) -> Lowered:
    """Return the call that brings int16 to the output's scale.

    Args:
        source, output: the tensors.
        factor: multiplier and shift of numbers from 0 on.
        negative: those of numbers below 0, where they are others.
        absolute: whether the numbers' distances from 0 are taken.
        negate: whether numbers below 0 change their sign.
        bounds: the least and the largest result.
    """
    negative = negative or factor
    params = {
        "input_offset": -source.quantized.zero_point,
        "output_offset": output.quantized.zero_point,
        "absolute": int(absolute),
        "multiplier": factor[0],
        "shift": factor[1],
        "negative_multiplier": negative[0],
        "negative_shift": negative[1],
        "negate": int(negate),
        "output_min": bounds[0],
        "output_max": bounds[1],
    }
    return elementwise("rescale_s16", source, output, params)


def call(source: Tensor, output: Tensor, function: Callable[[int], int]) -> Lowered:
    """Return the call that applies `function` to each element; it maps an input value to an 8-bit value."""
    values = np.arange(256, dtype=np.uint8).view(source.type).tolist()
    results = np.array([function(x) for x in values], output.type).view(np.int8)
    return _looked_up(source, output, Constant("table", results, lookup=True))


def _looked_up(source: Tensor, output: Tensor, table: Constant) -> Lowered:
    pointers = (move.pointer(source, "input"), table, output.index)
    in_place = () if source.is_constant else (source.index,)
    return Lowered((KernelCall(KERNEL, {"size": source.elements}, pointers),), in_place=in_place)


def tabulated(graph: Graph, operator: Operator, results: bytes) -> Lowered:
    """Return the call for an operator that was rewritten as `results` of its input's 256 bytes.

    The map of each byte to itself is no call: the output is the input's bytes.
    """
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    if results == IDENTITY:
        return move.rename(source, output)
    table = Constant("table", np.frombuffer(results, np.int8), lookup=True)
    return _looked_up(source, output, table)

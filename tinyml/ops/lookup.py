"""Functions of one 8-bit value as tables of 256 results: activations, ABS, RSQRT, QUANTIZE between 8-bit types.

A table is exact, takes 256 bytes of flash (less than the code of LOGISTIC or of a requantization with its
constants) and one load an element.
"""

import math
from collections.abc import Callable

import numpy as np

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MAX, INT8_MIN
from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.lowering import Constant, KernelCall, Lowered, output_of, pointer, refuse, tensor_of
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


_SIGMOID_BITS = 4  # integer bits of the input, scaled: beyond 16 LOGISTIC and TANH are at an end of their range


def sigmoid(
    graph: Graph, operator: Operator, function: Callable[[int, int], int], fraction_bits: int, zero_point: int
) -> Lowered:
    """Return the call for LOGISTIC or TANH.

    Args:
        graph: the model.
        operator: the operator.
        function: takes a value and the number of its integer bits, and gives one in Q0.31.
        fraction_bits: of the output; it stands for numbers in steps of 2^-fraction_bits.
        zero_point: the output's, which TFLM takes it to be.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    source, output = int8_pair(graph, operator)
    if output.quantized.zero_point != zero_point:
        found = output.quantized.zero_point
        raise refuse(graph, operator, f"its output has the zero point {found}, not {zero_point}")
    scale = source.quantized.scale
    significand, shift = math.frexp(scale * (1 << (31 - _SIGMOID_BITS)))
    if shift < 0:
        raise refuse(graph, operator, f"its input has the scale {scale:.6g}; at least 2^-28 is needed")
    multiplier = fixedpoint.round_half_away(significand * (1 << 31))
    radius = fixedpoint.input_radius(_SIGMOID_BITS, shift)

    def result(x: int) -> int:
        x -= source.quantized.zero_point
        if x <= -radius:
            return INT8_MIN
        if x >= radius:
            return INT8_MAX
        real = function(fixedpoint.requantize(x, multiplier, shift), _SIGMOID_BITS)
        steps = fixedpoint.rounding_shift(real, 31 - fraction_bits)
        return fixedpoint.clamp(steps + zero_point, INT8_MIN, INT8_MAX)

    return call(source, output, result)

"""SOFTMAX over the last dimension, int8."""

import math

import numpy as np

from tinyml import fixedpoint
from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Constant, KernelCall, Lowered, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import check_inputs, check_int8, check_shape, options_of

_INTEGER_BITS = 5  # of a difference of two inputs, scaled: exp(-32) is 0 for the sum

# TFLM's sum of exponentials keeps 12 integer bits, and its last shift allows 9 of them.
_MAX_DEPTH = 511


def scaling(scale: float, beta: float) -> tuple[int, int]:
    """Return multiplier and shift from a difference of two inputs to its product with scale × beta in Q5.26.

    Raises:
        ValueError: scale × beta is too small or not finite (TFLM stops the program).
    """
    real = scale * beta * (1 << (31 - _INTEGER_BITS))
    if not (math.isfinite(real) and real > 1):
        raise ValueError(f"scale × beta is {scale * beta:.6g}")
    return fixedpoint.quantize_multiplier(min(real, fixedpoint.INT32_MAX))


def differences(multiplier: int, shift: int) -> list[int]:
    """Return −d, scaled to Q5.26, for d = 0, 1, ... as long as TFLM does not take its exponential as 0."""
    last = min(255, fixedpoint.input_radius(_INTEGER_BITS, shift))
    return [fixedpoint.requantize(-difference, multiplier, shift) for difference in range(last + 1)]


def exponentials(scaled: list[int]) -> list[int]:
    """Return the exponentials of scaled differences in Q0.31."""
    return [fixedpoint.exp_of_negative(x, _INTEGER_BITS) for x in scaled]


def rows_of(
    graph: Graph, operator: Operator, most: int, steps: int, zero_point: int
) -> tuple[Tensor, Tensor, int]:
    """Return input, output and classes of an operator that works on rows, as many as `most` classes each.

    Args:
        graph: the model.
        operator: the operator.
        most: how many classes the kernel takes.
        steps: the output's scale must be one of so many steps to 1.
        zero_point: what the output's zero point must be.

    Raises:
        ModelError: types, shapes or the output's quantization are others.
    """
    check_inputs(graph, operator, (1,))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_int8(graph, operator, source, "input")
    check_int8(graph, operator, output, "output")
    check_shape(graph, operator, output, "output", source.shape)
    if not source.shape or not 1 <= (depth := source.shape[-1]) <= most:
        raise refuse(
            graph, operator, f"its input has the shape {list(source.shape)}; 1 to {most} classes are supported"
        )
    if output.quantized.scale != 1 / steps or output.quantized.zero_point != zero_point:
        raise refuse(
            graph,
            operator,
            f"its output has scale {output.quantized.scale:.6g} and zero point {output.quantized.zero_point}, "
            f"not 1/{steps} and {zero_point}",
        )
    return source, output, depth


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SOFTMAX.

    Raises:
        ModelError: types, shapes or quantization are not what the kernel computes.
    """
    source, output, depth = rows_of(graph, operator, _MAX_DEPTH, 256, fixedpoint.INT8_MIN)
    try:
        multiplier, shift = scaling(source.quantized.scale, options_of(graph, operator).float32(0))
    except ValueError as error:
        raise refuse(graph, operator, f"{error}; more than 2^-26 is needed") from error
    table = exponentials(differences(multiplier, shift))
    params = {"rows": source.elements // depth, "depth": depth, "exp_size": len(table)}
    pointers = (pointer(source, "input"), Constant("exps", np.array(table, np.int32), lookup=True), output.index)
    # A row's maximum and sum are known before the row's first output is written.
    in_place = () if source.is_constant else (source.index,)
    return Lowered((KernelCall("softmax_s8", params, pointers),), in_place=in_place)


OPERATOR = Definition("SOFTMAX", lower, (Form("int8", ("softmax_s8",)),))

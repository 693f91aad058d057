"""SOFTMAX over the last dimension: int8, int8 to int16, and int16, which has tables of its own."""

import math

import numpy as np

from tinyml import fixedpoint
from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Constant, KernelCall, Lowered, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import (
    check_inputs,
    check_integer,
    check_shape,
    check_symmetric,
    multiplier_of,
    options_of,
)

_INTEGER_BITS = 5  # of a difference of two inputs, scaled: exp(-32) is 0 for the sum

# TFLM's sum of exponentials keeps 12 integer bits, and its last shift allows 9 of them where the output is int8.
_MAX_DEPTHS = {8: 511, 16: 4095}  # by the output's bits

# Of int16: TFLM's sum of exponentials, each below 2^15, has 32 bits.
_MAX_DEPTH_INT16 = 1 << 16
_MAX_SHIFT_INT16 = 15  # by which a difference of 17 bits is shifted left
_TOLERANCE = 9e-4  # of the scale of an int16 output, as a part of it; TFLM's is a little larger


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
    graph: Graph,
    operator: Operator,
    most: int,
    steps: int,
    zero_point: int,
    types: tuple[str, str] = ("int8",) * 2,
) -> tuple[Tensor, Tensor, int]:
    """Return input, output and classes of an operator that works on rows, as many as `most` classes each.

    Args:
        graph: the model.
        operator: the operator.
        most: how many classes the kernel takes.
        steps: the output's scale must be one of so many steps to 1.
        zero_point: what the output's zero point must be.
        types: the input's and the output's.

    Raises:
        ModelError: types, shapes or the output's quantization are others.
    """
    check_inputs(graph, operator, (1,))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_integer(graph, operator, source, "input", types[0])
    check_integer(graph, operator, output, "output", types[1])
    check_shape(graph, operator, output, "output", source.shape)
    if not source.shape or not 1 <= (depth := source.shape[-1]) <= most:
        raise refuse(
            graph, operator, f"its input has the shape {list(source.shape)}; 1 to {most} classes are supported"
        )
    tolerance = _TOLERANCE / steps if types[1] == "int16" else 0
    if not abs(output.quantized.scale - 1 / steps) <= tolerance or output.quantized.zero_point != zero_point:
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
    types = tensor_of(graph, operator, 0).type, output_of(graph, operator).type
    if types[0] == "int16":
        return _int16(graph, operator)
    bits, kernel = (16, "softmax_s8_s16") if types == ("int8", "int16") else (8, "softmax_s8")
    rows = rows_of(graph, operator, _MAX_DEPTHS[bits], 1 << bits, -1 << (bits - 1), ("int8", f"int{bits}"))
    source, output, depth = rows
    try:
        multiplier, shift = scaling(source.quantized.scale, options_of(graph, operator).float32(0))
    except ValueError as error:
        raise refuse(graph, operator, f"{error}; more than 2^-26 is needed") from error
    table = exponentials(differences(multiplier, shift))
    params = {"rows": source.elements // depth, "depth": depth, "exp_size": len(table)}
    pointers = (pointer(source, "input"), Constant("exps", np.array(table, np.int32), lookup=True), output.index)
    # A row's maximum and sum are known before the row's first output is written.
    in_place = () if source.is_constant or bits == 16 else (source.index,)
    return Lowered((KernelCall(kernel, params, pointers),), in_place=in_place)


def _int16(graph: Graph, operator: Operator) -> Lowered:
    source, output, depth = rows_of(graph, operator, _MAX_DEPTH_INT16, 1 << 15, 0, ("int16", "int16"))
    check_symmetric(graph, operator, source, "input")
    beta = options_of(graph, operator).float32(0)
    # 65535 steps of a difference of two inputs, scaled, stand for 10.
    multiplier, shift = multiplier_of(graph, operator, source.quantized.scale * beta / (10 / 65535))
    if shift > _MAX_SHIFT_INT16:
        scaled = source.quantized.scale * beta
        raise refuse(graph, operator, f"its scale × beta is {scaled:.6g}; below 5 is supported")
    params = {"rows": source.elements // depth, "depth": depth, "multiplier": multiplier, "shift": shift}
    in_place = () if source.is_constant else (source.index,)
    call = KernelCall("softmax_s16", params, (pointer(source, "input"), output.index))
    return Lowered((call,), in_place=in_place)


OPERATOR = Definition(
    "SOFTMAX",
    lower,
    (
        Form("int8", ("softmax_s8",)),
        Form("int8->int16", ("softmax_s8_s16",)),
        Form("int16", ("softmax_s16",)),
    ),
    wide=True,
)

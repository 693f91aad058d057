"""What ADD, SUB, MUL and SQUARED_DIFFERENCE share: inputs brought to one scale, and arithmetic on int32.

int16 wants power-of-two scales nowhere: TFLM's kernels for them do not look at the option that says so.
"""

from collections.abc import Mapping

from tinyml import fixedpoint
from tinyml.fixedpoint import INT32_MAX, INT32_MIN
from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.broadcast import Pair
from tinyml.ops.definition import Form
from tinyml.ops.lowering import Lowered, refuse

_LEFT_SHIFTS = {"int8": 20, "int16": 15}  # TM_SCALED_SUM_..._LEFT_SHIFT of the kernels

# Functions of the kernel arithmetic_s32: TM_ARITHMETIC_... of its header.
ADD, SUB, MUL, SQUARED_DIFFERENCE = range(4)

# What the fused activations let through without quantization, by their code in the schema.
_RANGES = {0: (INT32_MIN, INT32_MAX), 1: (0, INT32_MAX), 2: (-1, 1), 3: (0, 6)}


def forms(kernels: Mapping[str, str]) -> tuple[Form, ...]:
    """Return the forms of an operator: those of quantized types, by their `kernels`, and int32."""
    every = {**kernels, "int32": "arithmetic_s32"}
    return tuple(Form(type_, (kernel,)) for type_, kernel in every.items())


def inputs_to_one_scale(first: Tensor, second: Tensor) -> dict[str, int]:
    """Return the kernel's parameters that bring both inputs to twice the larger of their scales."""
    twice_larger = 2 * max(first.quantized.scale, second.quantized.scale)
    params = {}
    for number, tensor in enumerate((first, second), 1):
        multiplier, shift = fixedpoint.quantize_multiplier(tensor.quantized.scale / twice_larger)
        params[f"input{number}_offset"] = -tensor.quantized.zero_point
        params[f"input{number}_multiplier"] = multiplier
        params[f"input{number}_shift"] = shift
    return params


def to_output(graph: Graph, operator: Operator, pair: Pair) -> dict[str, int]:
    """Return the kernel's parameters that bring a sum or a difference to the output.

    Raises:
        ModelError: the factor is not below 1, where TFLM stops the program.
    """
    larger = max(pair.first.quantized.scale, pair.second.quantized.scale)
    scale = pair.output.quantized.scale
    factor = 2 * larger / ((1 << _LEFT_SHIFTS[pair.first.type]) * scale)
    if not factor < 1 or (to := fixedpoint.quantize_multiplier(factor))[1] > 0:
        raise refuse(graph, operator, f"its output's scale {scale:.6g} is too small for inputs of {larger:.6g}")
    return {
        "output_offset": pair.output.quantized.zero_point,
        "output_multiplier": to[0],
        "output_shift": to[1],
    }


def arithmetic(graph: Graph, operator: Operator, pair: Pair, function: int, activation: int) -> Lowered:
    """Return the call that computes `function` of int32 values, which wrap at 32 bits.

    Raises:
        ModelError: the activation is not one of TFLM's, or a tensor is quantized, which TFLM refuses or ignores.
    """
    for tensor, role in ((pair.first, "input 0"), (pair.second, "input 1"), (pair.output, "output")):
        if tensor.quantization is not None:
            raise refuse(graph, operator, f"its {role} is int32 and quantized, but TFLM takes int32 as it is")
    if activation not in _RANGES:
        raise refuse(graph, operator, f"its fused activation has the code {activation}; supported: 0 to 3")
    low, high = _RANGES[activation]
    return pair.call("arithmetic_s32", function=function, activation_min=low, activation_max=high)

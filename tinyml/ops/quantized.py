"""What operators on quantized tensors share: checks of types and zero points, activation ranges, multipliers."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from tinyml import fixedpoint
from tinyml.flatbuffer import Table
from tinyml.graph import INT4, Graph, Operator, Tensor
from tinyml.ops.lowering import ShapeError, refuse

# Fused activations that TFLM applies to quantized outputs, by their code in the schema.
_ACTIVATIONS = {0: "NONE", 1: "RELU", 2: "RELU_N1_TO_1", 3: "RELU6"}

# TFLM keeps at most so many dimensions of a shape; what it computes with more is not the operator's result.
_MAX_RANK = 6

# A kernel shifts a 32-bit sum left by at most this; a larger multiplier is undefined in TFLM too.
_MAX_SHIFT = 30
_MAX_WIDE_SHIFT = 7  # of a sum of 64 bits


def options_of(graph: Graph, operator: Operator) -> Table:
    """Return the options of an operator that cannot do without.

    Raises:
        ModelError: the model carries none.
    """
    if operator.options is None:
        raise refuse(
            graph, operator, "its options are missing", "The file may be damaged; export the model again."
        )
    return operator.options


def check_inputs(graph: Graph, operator: Operator, counts: Iterable[int]) -> None:
    """Check that the operator has as many inputs as one of `counts`.

    Raises:
        ModelError: it has not.
    """
    if len(operator.inputs) not in (allowed := tuple(counts)):
        expected = " or ".join(str(n) for n in allowed)
        raise refuse(graph, operator, f"it has {len(operator.inputs)} inputs, not {expected}")


def check_type(graph: Graph, operator: Operator, tensor: Tensor, role: str, *allowed: str) -> None:
    """Check that `tensor`, called `role` in the error, has one of the types `allowed`.

    Raises:
        ModelError: it has another.
    """
    if tensor.type not in allowed:
        raise refuse(
            graph,
            operator,
            f"its {role} is {tensor.type}; supported: {', '.join(allowed)}",
            "Quantize the model fully to int8; `tinyml convert` does it from a Keras model.",
        )


def check_shape(graph: Graph, operator: Operator, tensor: Tensor, role: str, expected: tuple[int, ...]) -> None:
    """Check that `tensor`, called `role` in the error, has the shape that its operator gives it.

    Raises:
        ShapeError: it has another.
    """
    if tensor.shape != expected:
        text = f"its {role} has the shape {list(tensor.shape)}, not {list(expected)}"
        raise ShapeError(str(refuse(graph, operator, text)), tensor.index, expected)


def check_rank(graph: Graph, operator: Operator, tensor: Tensor, role: str, rank: int) -> None:
    """Check that `tensor`, called `role` in the error, has `rank` dimensions.

    Raises:
        ModelError: it has more or fewer.
    """
    if len(tensor.shape) != rank:
        raise refuse(graph, operator, f"its {role} has the shape {list(tensor.shape)}, not {rank} dimensions")


def limits(tensor: Tensor) -> tuple[int, int]:
    """Return the least and the largest value of an integer tensor."""
    if tensor.type == INT4:
        return -8, 7
    found = np.iinfo(tensor.type)
    return int(found.min), int(found.max)


def check_quantized(graph: Graph, operator: Operator, tensor: Tensor, role: str) -> None:
    """Check that `tensor` is quantized as a whole, with a zero point that its integer type can hold.

    Raises:
        ModelError: it has no quantization, one for each channel, or a zero point that is out of range.
    """
    quantization = tensor.quantized
    if quantization.per_channel:
        raise refuse(graph, operator, f"its {role} has {len(quantization.scales)} scales, not 1")
    low, high = limits(tensor)
    if tensor.type == "int32":
        low, high = low + 1, high - 1  # kernels are given its negative; the interpreter takes the largest for more
    if not low <= quantization.zero_point <= high:
        raise refuse(
            graph, operator, f"its {role} has the zero point {quantization.zero_point}; {low} to {high} is allowed"
        )


def check_computed(graph: Graph, operator: Operator, tensor: Tensor, role: str, *types: str) -> None:
    """Check that `tensor` has one of `types` and a rank that TFLM computes with.

    Raises:
        ModelError: it has not.
    """
    check_type(graph, operator, tensor, role, *types)
    if len(tensor.shape) > _MAX_RANK:
        raise refuse(
            graph, operator, f"its {role} has {len(tensor.shape)} dimensions; at most {_MAX_RANK} are allowed"
        )


def check_integer(graph: Graph, operator: Operator, tensor: Tensor, role: str, *types: str) -> None:
    """Check that `tensor` has one of the integer `types`, is quantized as a whole, and of a rank as TFLM has it.

    Raises:
        ModelError: it is not.
    """
    check_computed(graph, operator, tensor, role, *types)
    check_quantized(graph, operator, tensor, role)


def check_symmetric(graph: Graph, operator: Operator, tensor: Tensor, role: str) -> None:
    """Check that `tensor` has the zero point 0 if it is int16.

    Raises:
        ModelError: it has another, which TFLM refuses.
    """
    if tensor.type == "int16" and tensor.quantized.zero_point != 0:
        point = tensor.quantized.zero_point
        raise refuse(graph, operator, f"its {role} is int16 with the zero point {point}; 0 is allowed")


def check_int8(graph: Graph, operator: Operator, tensor: Tensor, role: str) -> None:
    """Check that `tensor` is int8, quantized as a whole, and of a rank that TFLM computes with.

    Raises:
        ModelError: it is not.
    """
    check_integer(graph, operator, tensor, role, "int8")


def constant_of(graph: Graph, operator: Operator, tensor: Tensor, role: str) -> npt.NDArray[np.generic]:
    """Return the values of a tensor that must be a constant of the model.

    Raises:
        ModelError: it is computed by the model.
    """
    if not tensor.is_constant:
        raise refuse(graph, operator, f"its {role} (tensor {tensor.index}) must be a constant of the model")
    return tensor.values


def axis_of(graph: Graph, operator: Operator, source: Tensor, tensor: Tensor) -> int:
    """Return the dimension of `source`, counted from the front, that a constant of one element names.

    Raises:
        ModelError: `tensor` is no such constant, or `source` has no such dimension.
    """
    check_type(graph, operator, tensor, "axis", "int32")
    if tensor.elements != 1:
        raise refuse(graph, operator, f"its axis has {tensor.elements} elements, not 1")
    (axis,) = constant_of(graph, operator, tensor, "axis").reshape(-1).tolist()
    rank = len(source.shape)
    if not -rank <= axis < rank:
        raise refuse(graph, operator, f"its axis is {axis}; the input has {rank} dimensions")
    return int(axis % rank)


def activation_range(graph: Graph, operator: Operator, code: int, output: Tensor) -> tuple[int, int]:
    """Return the least and the largest value of the output's type that the fused activation `code` lets through.

    TFLM computes them with 32-bit floats (CalculateActivationRangeQuantized). What later activations let through,
    which were merged into the operator, bounds them further.

    Raises:
        ModelError: the activation is not supported, or the output's scale is too small for it.
    """
    if code not in _ACTIVATIONS:
        raise refuse(
            graph,
            operator,
            f"its fused activation has the code {code}; supported: {', '.join(_ACTIVATIONS.values())}",
        )
    bounds: dict[int, tuple[float | None, float | None]] = {
        0: (None, None),
        1: (0.0, None),
        2: (-1.0, 1.0),
        3: (0.0, 6.0),
    }
    low, high = bounds[code]

    def quantized(real: float) -> int:
        steps = fixedpoint.float32_quotient(real, output.quantized.scale)
        if abs(steps) >= 1 << 31:
            raise refuse(
                graph,
                operator,
                f"its output's scale {output.quantized.scale} is too small for {_ACTIVATIONS[code]}",
            )
        return output.quantized.zero_point + fixedpoint.round_half_away(steps)

    least, largest = limits(output)
    first = least if low is None else max(least, quantized(low))
    last = largest if high is None else min(largest, quantized(high))
    if operator.merged.bounds is None:
        return first, last
    return fixedpoint.clamp(first, *operator.merged.bounds), fixedpoint.clamp(last, *operator.merged.bounds)


def multiplier_of(graph: Graph, operator: Operator, real: float) -> tuple[int, int]:
    """Return the multiplier and shift of a real factor between scales.

    Raises:
        ModelError: the factor is 2^30 or more (or not finite), which TFLM leaves undefined.
    """
    if not 0 <= real < 2.0**_MAX_SHIFT or (pair := fixedpoint.quantize_multiplier(real))[1] > _MAX_SHIFT:
        raise refuse(
            graph,
            operator,
            f"its scales ask for a factor of {real:.6g} between input and output; below 2^30 is allowed",
        )
    return pair


def wide_multiplier_of(graph: Graph, operator: Operator, real: float) -> tuple[int, int]:
    """Return the multiplier and shift of a real factor from sums of 64 bits.

    Raises:
        ModelError: the factor is 2^7 or more (or not finite), which TFLM leaves undefined.
    """
    pair = multiplier_of(graph, operator, real)
    if pair[1] > _MAX_WIDE_SHIFT:
        reason = f"its scales ask for a factor of {real:.6g} between sums of 64 bits and the output"
        raise refuse(graph, operator, f"{reason}; below 2^{_MAX_WIDE_SHIFT} is allowed")
    return pair

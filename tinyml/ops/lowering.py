"""What an operator becomes: calls of kernels in `firmware/kernels/`, with numbers and arrays, no arithmetic.

Every operator's file has one function, `lower(graph, operator) -> Lowered`. It checks what the operator asks of
its tensors, and raises `ModelError` where TFLM would refuse the model or where a form is not supported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tinyml.errors import ModelError
from tinyml.graph import Graph, Operator, Tensor


@dataclass(frozen=True, eq=False)
class Constant:
    """An array that the generated code carries in flash.

    Attributes:
        name: what it is, such as "weights"; unique within one operator.
        values: the array; its NumPy type decides the C type (int8, uint8, int16, int32, int64, float32).
        lookup: whether it tabulates a function, and so stands for code; the others are the model's constants:
            weights, biases and requantization tables.
    """

    name: str
    values: npt.NDArray[np.generic]
    lookup: bool = False


@dataclass(frozen=True)
class KernelCall:
    """One call of a kernel.

    The C function is `void tm_KERNEL(const tm_KERNEL_params *params, POINTERS...)`, defined in
    `firmware/kernels/KERNEL.h`.

    Attributes:
        kernel: the kernel's name, such as "conv2d_s8".
        params: the fields of the C struct `tm_KERNEL_params`, all of them, by name.
        pointers: the further arguments in order: a tensor's index (its place in the arena) or a `Constant`.
    """

    kernel: str
    params: Mapping[str, int | float]
    pointers: tuple["int | Constant", ...]


@dataclass(frozen=True)
class Lowered:
    """An operator as kernel calls.

    Attributes:
        calls: the calls, in order; none where the output is the input's bytes.
        macs: multiply-accumulates of one inference.
        in_place: inputs (tensor indices) that the output may lie upon from the same first byte, since no byte of
            it is written before the input's byte at that place was read for the last time. The output is not
            larger than such an input; a larger one is never laid upon it.
        alias: the input, no constant, whose bytes the output is (RESHAPE), or None.
        state: the inputs that the operator keeps from one inference to the next (SVDF): variable tensors, which
            its calls read and write anew.
    """

    calls: tuple[KernelCall, ...]
    macs: int = 0
    in_place: tuple[int, ...] = ()
    alias: int | None = field(default=None)
    state: tuple[int, ...] = ()


class ShapeError(ModelError):
    """A tensor has another shape than its operator gives it.

    Attributes:
        tensor: its index.
        expected: the shape that it should have.
    """

    def __init__(self, message: str, tensor: int, expected: tuple[int, ...]) -> None:
        super().__init__(message)
        self.tensor = tensor
        self.expected = expected


def refuse(graph: Graph, operator: Operator, reason: str, hint: str = "") -> ModelError:
    """Return the error that names `operator` and says why it cannot be compiled."""
    return ModelError(f"operator {graph.label(operator)}: {reason}", hint)


def tensor_of(graph: Graph, operator: Operator, position: int) -> Tensor:
    """Return the input tensor at `position` of `operator`.

    Raises:
        ModelError: the operator has no such input.
    """
    if position >= len(operator.inputs) or operator.inputs[position] == -1:
        raise refuse(graph, operator, f"input {position} is missing")
    return graph.tensors[operator.inputs[position]]


def optional_tensor_of(graph: Graph, operator: Operator, position: int) -> Tensor | None:
    """Return the input tensor at `position` of `operator`, or None where it is absent."""
    if position >= len(operator.inputs) or operator.inputs[position] == -1:
        return None
    return graph.tensors[operator.inputs[position]]


def variable_of(graph: Graph, operator: Operator, position: int, role: str) -> Tensor:
    """Return the input tensor at `position` of `operator`, a variable, called `role` in the error.

    Raises:
        ModelError: the operator has no such input, or it is no variable.
    """
    tensor = tensor_of(graph, operator, position)
    if not tensor.is_variable:
        raise refuse(graph, operator, f"its {role} (tensor {tensor.index}) must be a variable of the model")
    return tensor


def output_of(graph: Graph, operator: Operator) -> Tensor:
    """Return the only output tensor of `operator`.

    Raises:
        ModelError: the operator has none or more than one.
    """
    if len(operator.outputs) != 1:
        raise refuse(graph, operator, f"it has {len(operator.outputs)} outputs, not 1")
    return graph.tensors[operator.outputs[0]]


def pointer(tensor: Tensor, name: str) -> "int | Constant":
    """Return how a kernel is given `tensor`: its index, or for a constant the array, called `name`."""
    return Constant(name, tensor.values) if tensor.is_constant else tensor.index

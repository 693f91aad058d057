"""What the operators share that only move elements, whatever these mean: strided copies by one kernel.

Where an element goes is a sum of steps on both sides, so that TRANSPOSE, slices, splits and many more are lists of
loops. Types matter by their size only.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tinyml.graph import NUMPY_TYPES, Graph, Operator, Tensor
from tinyml.ops.definition import Form
from tinyml.ops.lowering import Constant, KernelCall, Lowered, output_of, refuse, tensor_of
from tinyml.ops.quantized import check_inputs, check_type, constant_of

KERNEL = "strided_copy"
_LOOPS = 5  # of the kernel
_MAX_RANK = 6  # of shapes that TFLM keeps


@dataclass(frozen=True)
class Loop:
    """A loop of a copy.

    Attributes:
        size: how often it runs.
        input_step, output_step: elements between neighbours, negative to go backwards, 0 to stay.
    """

    size: int
    input_step: int
    output_step: int


def forms(types: Iterable[str], *kernels: str) -> tuple[Form, ...]:
    """Return the form for each of `types`, all of which call the strided copy and `kernels`."""
    return tuple(Form(type_, (KERNEL, *kernels)) for type_ in types)


def steps(shape: Sequence[int]) -> tuple[int, ...]:
    """Return for each dimension of `shape` the elements between neighbours."""
    inner = itertools.accumulate(reversed(shape[1:]), lambda a, b: a * b, initial=1)
    return tuple(reversed(list(inner)))[-len(shape) :] if shape else ()


def check_moved(graph: Graph, operator: Operator, tensor: Tensor, role: str, types: Iterable[str]) -> None:
    """Check that `tensor`, called `role` in the error, is of one of `types` and of a rank that TFLM keeps.

    Raises:
        ModelError: it is not.
    """
    check_type(graph, operator, tensor, role, *types)
    if len(tensor.shape) > _MAX_RANK:
        raise refuse(
            graph, operator, f"its {role} has {len(tensor.shape)} dimensions; at most {_MAX_RANK} are allowed"
        )


def input_of(graph: Graph, operator: Operator, position: int, types: Iterable[str]) -> Tensor:
    """Return the input at `position`.

    Raises:
        ModelError: it is absent or of none of `types`.
    """
    source = tensor_of(graph, operator, position)
    check_moved(graph, operator, source, "input", types)
    return source


def pair(
    graph: Graph, operator: Operator, inputs: int, types: Iterable[str], position: int = 0
) -> tuple[Tensor, Tensor]:
    """Return the input at `position` and the output of an operator with `inputs` inputs, both of one type.

    Raises:
        ModelError: there are others, or their type is none of `types`.
    """
    check_inputs(graph, operator, (inputs,))
    source, output = input_of(graph, operator, position, types), output_of(graph, operator)
    check_moved(graph, operator, output, "output", (source.type,))
    return source, output


def axis_of(graph: Graph, operator: Operator, axis: int, rank: int) -> int:
    """Return the dimension that `axis`, which counts from either end, means among `rank` dimensions.

    Raises:
        ModelError: there is no such dimension.
    """
    if not -rank <= axis < rank:
        raise refuse(graph, operator, f"its axis is {axis}; there are {rank} dimensions")
    return axis % rank


def numbers(
    graph: Graph, operator: Operator, position: int, role: str, types: Sequence[str] = ("int32",)
) -> list[int]:
    """Return the values of the constant input at `position`, such as a shape or axes.

    Raises:
        ModelError: it is absent, computed by the model, or of none of `types`.
    """
    tensor = tensor_of(graph, operator, position)
    check_type(graph, operator, tensor, role, *types)
    return [int(x) for x in constant_of(graph, operator, tensor, role).reshape(-1)]


def pointer(tensor: Tensor, name: str) -> "int | Constant":
    """Return how the kernel is given `tensor`: as bytes, which a constant is then called `name`."""
    return tensor.index if tensor.data is None else Constant(name, np.frombuffer(tensor.data, np.int8))


def _merged(loops: Iterable[Loop], run: int) -> tuple[list[Loop], int]:
    """Return as few loops as do the same, the outermost first, and the bytes of a run; steps are in bytes."""
    merged: list[Loop] = []  # the innermost first
    for loop in reversed(list(loops)):
        inner = merged[-1] if merged else Loop(run, 1, 1)
        if loop.size == 1:
            continue
        if (loop.input_step, loop.output_step) != (inner.size * inner.input_step, inner.size * inner.output_step):
            merged.append(loop)
        elif merged:
            merged[-1] = Loop(loop.size * inner.size, inner.input_step, inner.output_step)
        else:
            run *= loop.size
    return merged[::-1], run


def copy(
    source: Tensor,
    output: Tensor,
    loops: Iterable[Loop],
    *,
    input_start: int = 0,
    output_start: int = 0,
    name: str = "input",
) -> KernelCall:
    """Return the call that copies from `source` to `output`; at most five loops may remain when they are merged.

    Args:
        source, output: the arrays, of one type.
        loops: the outermost first.
        input_start, output_start: the first element's place.
        name: what `source` is called where it is a constant.
    """
    size = NUMPY_TYPES[output.type].itemsize
    in_bytes = [Loop(loop.size, loop.input_step * size, loop.output_step * size) for loop in loops]
    merged, run = _merged(in_bytes, size)
    padded = [Loop(1, 0, 0)] * (_LOOPS - len(merged)) + merged
    params: dict[str, int | float] = {"run": run}
    for i, loop in enumerate(padded):
        params |= {
            f"size_{i}": loop.size,
            f"input_step_{i}": loop.input_step,
            f"output_step_{i}": loop.output_step,
        }
    params |= {"input_start": input_start * size, "output_start": output_start * size}
    return KernelCall(KERNEL, params, (pointer(source, name), output.index))


def whole(source: Tensor, output: Tensor, name: str = "input") -> KernelCall:
    """Return the call that copies all of `source` to the beginning of `output`."""
    return copy(source, output, [Loop(source.elements, 1, 1)], name=name)


def fill(output: Tensor, byte: int) -> KernelCall:
    """Return the call that fills `output` with elements whose bytes are all the int8 `byte`."""
    call = copy(output, output, [Loop(output.elements, 0, 1)])
    element = np.full(output.nbytes // output.elements, byte, np.int8)
    return KernelCall(call.kernel, call.params, (Constant("value", element, lookup=True), output.index))


def rename(source: Tensor, output: Tensor) -> Lowered:
    """Return how an output gets its input's bytes: it lies in the input's place, and only a constant is copied."""
    if source.is_constant:
        return Lowered((whole(source, output),))
    return Lowered((), alias=source.index)

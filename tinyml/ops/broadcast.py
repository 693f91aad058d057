"""Operators with two inputs that are broadcast to one output, as loops for their kernels (tm_broadcast.h)."""

from dataclasses import dataclass

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops import move
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import check_computed, check_inputs, check_quantized, check_symmetric

_LOOPS = 4  # loops of a kernel


@dataclass(frozen=True)
class Pair:
    """Two inputs that broadcast to an output, and the kernel's loops: size_0 to size_3 and steps."""

    first: Tensor
    second: Tensor
    output: Tensor
    loops: dict[str, int | float]

    def call(self, kernel: str, **params: int) -> Lowered:
        """Return the call of `kernel` with the loops and further `params`."""
        # Kernels read int64 from bytes, which are aligned to words only.
        argument = move.pointer if self.first.type == "int64" else pointer
        pointers = (argument(self.first, "input1"), argument(self.second, "input2"), self.output.index)
        calls = (KernelCall(kernel, self.loops | params, pointers),)
        return Lowered(calls, in_place=in_place((self.first, self.second), self.output))


def read(
    graph: Graph,
    operator: Operator,
    types: tuple[str, ...],
    output_type: str | None = None,
    second_type: str | None = None,
) -> Pair:
    """Return the two inputs and the output.

    The first input has one of `types`; the others have its type where none is given for them.

    Raises:
        ModelError: types are others, or the shapes do not broadcast.
    """
    check_inputs(graph, operator, (2,))
    first, second = tensor_of(graph, operator, 0), tensor_of(graph, operator, 1)
    output = output_of(graph, operator)
    check_computed(graph, operator, first, "input 0", *types)
    check_computed(graph, operator, second, "input 1", second_type or first.type)
    check_computed(graph, operator, output, "output", output_type or first.type)
    return Pair(first, second, output, loops(graph, operator, (first, second), output))


def check_inputs_quantized(graph: Graph, operator: Operator, pair: Pair) -> None:
    """Check that both inputs are quantized as a whole.

    Raises:
        ModelError: one is not.
    """
    check_quantized(graph, operator, pair.first, "input 0")
    check_quantized(graph, operator, pair.second, "input 1")


def check_all_quantized(graph: Graph, operator: Operator, pair: Pair) -> None:
    """Check that inputs and output are quantized as a whole.

    Raises:
        ModelError: one is not.
    """
    check_inputs_quantized(graph, operator, pair)
    check_quantized(graph, operator, pair.output, "output")


def check_all_symmetric(graph: Graph, operator: Operator, pair: Pair) -> None:
    """Check that inputs and output have the zero point 0 if they are int16.

    Raises:
        ModelError: one has another.
    """
    for tensor, role in ((pair.first, "input 0"), (pair.second, "input 1"), (pair.output, "output")):
        check_symmetric(graph, operator, tensor, role)


def loops(graph: Graph, operator: Operator, inputs: tuple[Tensor, ...], output: Tensor) -> dict[str, int | float]:
    """Return a kernel's size_0 to size_3 and steps; neighbouring dimensions that broadcast alike are merged.

    Raises:
        ModelError: the inputs' shapes do not broadcast to the output's, or in more patterns than there are loops.
    """
    rank = max(len(tensor.shape) for tensor in inputs)
    shapes = [(1,) * (rank - len(tensor.shape)) + tensor.shape for tensor in inputs]
    expected = tuple(map(max, zip(*shapes, strict=True)))
    fits = all(n in (1, size) for shape in shapes for n, size in zip(shape, expected, strict=True))
    if not fits or output.shape != expected:
        named = " and ".join(str(list(tensor.shape)) for tensor in inputs)
        raise refuse(
            graph,
            operator,
            f"its inputs of shapes {named} do not broadcast to its output of shape {list(output.shape)}",
        )
    merged: list[list[int]] = []  # [size, does input 1 advance, does input 2 advance, ...], the outermost first
    for size, *sizes in zip(expected, *shapes, strict=True):
        pattern = [int(n == size) for n in sizes]
        if size == 1:
            continue
        if merged and merged[-1][1:] == pattern:
            merged[-1][0] *= size
        else:
            merged.append([size, *pattern])
    if len(merged) > _LOOPS:
        raise refuse(
            graph,
            operator,
            f"its inputs broadcast in {len(merged)} groups of dimensions; at most {_LOOPS} are supported",
        )
    padded = [[1] + [0] * len(inputs)] * (_LOOPS - len(merged)) + merged
    params: dict[str, int | float] = {}
    steps = [1] * len(inputs)
    for loop in reversed(range(_LOOPS)):
        size, *advances = padded[loop]
        params[f"size_{loop}"] = size
        for i, advance in enumerate(advances):
            params[f"input{i + 1}_step_{loop}"] = steps[i] * advance
            steps[i] *= size if advance else 1
    return params


def in_place(inputs: tuple[Tensor, ...], output: Tensor) -> tuple[int, ...]:
    """Return the inputs (tensor indices) that the output may lie upon: those that are not broadcast.

    An output of larger elements would be written over elements that are still to be read.
    """
    indices = (
        t.index
        for t in inputs
        if t.elements == output.elements and t.nbytes >= output.nbytes and not t.is_constant
    )
    return tuple(dict.fromkeys(indices))

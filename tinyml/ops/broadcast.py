"""Broadcasting of two inputs to one output, as loops for the kernels of ADD and MUL."""

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.lowering import refuse

_LOOPS = 4  # loops of a kernel


def loops(
    graph: Graph, operator: Operator, first: Tensor, second: Tensor, output: Tensor
) -> dict[str, int | float]:
    """Return a kernel's size_0 to size_3 and steps; neighbouring dimensions that broadcast alike are merged.

    Raises:
        ModelError: the inputs' shapes do not broadcast to the output's, or in more patterns than there are loops.
    """
    rank = max(len(first.shape), len(second.shape))
    shape1 = (1,) * (rank - len(first.shape)) + first.shape
    shape2 = (1,) * (rank - len(second.shape)) + second.shape
    expected = tuple(max(a, b) for a, b in zip(shape1, shape2, strict=True))
    if any(a != b and 1 not in (a, b) for a, b in zip(shape1, shape2, strict=True)) or output.shape != expected:
        raise refuse(
            graph,
            operator,
            f"its inputs of shapes {list(first.shape)} and {list(second.shape)} do not broadcast to its output of "
            f"shape {list(output.shape)}",
        )
    merged: list[list[int]] = []  # [size, does input 1 advance, does input 2 advance], the outermost first
    for size, a, b in zip(expected, shape1, shape2, strict=True):
        pattern = [int(a == size), int(b == size)]
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
    padded = [[1, 0, 0]] * (_LOOPS - len(merged)) + merged
    params: dict[str, int | float] = {}
    steps = [1, 1]
    for loop in reversed(range(_LOOPS)):
        size, *advances = padded[loop]
        params[f"size_{loop}"] = size
        for i, advance in enumerate(advances):
            params[f"input{i + 1}_step_{loop}"] = steps[i] * advance
            steps[i] *= size if advance else 1
    return params


def in_place(inputs: tuple[Tensor, Tensor], output: Tensor) -> tuple[int, ...]:
    """Return the inputs (tensor indices) that the output may lie upon: those that are not broadcast."""
    indices = (t.index for t in inputs if t.elements == output.elements and not t.is_constant)
    return tuple(dict.fromkeys(indices))

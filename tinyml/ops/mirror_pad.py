"""MIRROR_PAD: the input's rows around it, in reverse.

The input is copied to its place. Then, from the innermost dimension on, what lies there already is copied in front
of it and behind, backwards.
"""

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops import move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import KernelCall, Lowered, refuse
from tinyml.ops.move import Loop
from tinyml.ops.quantized import check_shape, options_of

_TYPES = ("int8", "float32")
_MAX_RANK = 5
_REFLECT, _SYMMETRIC = 0, 1


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower MIRROR_PAD.

    TFLM reads outside the input where a padding is larger than what it mirrors; that is refused here.

    Raises:
        ModelError: types, shapes, the mode or paddings are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 2, _TYPES)
    rank = len(source.shape)
    if rank > _MAX_RANK:
        raise refuse(graph, operator, f"its input has {rank} dimensions; at most {_MAX_RANK} are allowed")
    if (mode := options_of(graph, operator).int8(0)) not in (_REFLECT, _SYMMETRIC):
        raise refuse(graph, operator, f"its mode is {mode}; {_REFLECT} and {_SYMMETRIC} are allowed")
    numbers = move.numbers(graph, operator, 1, "padding", ("int32", "int64"))
    check_shape(graph, operator, graph.tensors[operator.inputs[1]], "padding", (rank, 2))
    paddings = list(zip(numbers[::2], numbers[1::2], strict=True))
    skipped = 1 if mode == _REFLECT else 0  # the edge itself is not mirrored
    if any(not 0 <= n <= size - skipped for size, pair in zip(source.shape, paddings, strict=True) for n in pair):
        raise refuse(graph, operator, f"its padding is {paddings}, more than there is of {list(source.shape)}")
    padded = tuple(n + before + after for n, (before, after) in zip(source.shape, paddings, strict=True))
    check_shape(graph, operator, output, "output", padded)
    starts = [before * step for (before, _), step in zip(paddings, move.steps(padded), strict=True)]
    loops = map(Loop, source.shape, move.steps(source.shape), move.steps(padded))
    calls = [move.copy(source, output, loops, output_start=sum(starts))]
    for axis in reversed(range(rank)):
        calls += _mirrored(source, output, axis, paddings[axis], sum(starts[:axis]), skipped)
    return Lowered(tuple(calls))


def _mirrored(
    source: Tensor, output: Tensor, axis: int, padding: tuple[int, int], start: int, skipped: int
) -> list[KernelCall]:
    """Return the calls that pad along `axis`, where all dimensions behind it are padded already."""
    steps = move.steps(output.shape)
    size, step, before = source.shape[axis], steps[axis], padding[0]
    end = before + size
    calls = []
    for count, first, mirror in ((before, 0, 2 * before - 1 + skipped), (padding[1], end, end - 1 - skipped)):
        if count:
            outer = [Loop(n, s, s) for n, s in zip(source.shape[:axis], steps[:axis], strict=True)]
            loops = [*outer, Loop(count, -step, step), Loop(step, 1, 1)]
            from_, to = start + mirror * step, start + first * step
            calls.append(move.copy(output, output, loops, input_start=from_, output_start=to))
    return calls


OPERATOR = Definition("MIRROR_PAD", lower, move.forms(_TYPES))

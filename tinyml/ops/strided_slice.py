"""STRIDED_SLICE with constant bounds and strides."""

from tinyml.graph import Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.move import Loop
from tinyml.ops.quantized import check_shape, options_of

_TYPES = ("bool", "int8", "int16", "int32", "float32")
_MAX_RANK = 4  # TFLM's


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower STRIDED_SLICE.

    TFLM ignores the ellipsis and the new-axis mask and ends that are offsets, so that it computes something else;
    they are refused here. Where an axis is shrunk, TFLM reads behind the input if its index is outside of it, and
    nothing at all where its stride is negative; both are refused. So is a stride that takes TFLM's counter beyond
    32 bits: it would go on reading.

    Raises:
        ModelError: types, shapes, bounds or masks are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 4, _TYPES)
    rank = len(source.shape)
    if not 1 <= rank <= _MAX_RANK:
        raise refuse(graph, operator, f"its input has {rank} dimensions; 1 to {_MAX_RANK} are allowed")
    bounds = [move.numbers(graph, operator, i, name) for i, name in ((1, "begin"), (2, "end"), (3, "strides"))]
    if any(len(values) != rank for values in bounds):
        raise refuse(graph, operator, f"its begin, end and strides are {bounds}; each needs {rank} numbers")
    options = options_of(graph, operator)
    begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_mask = (options.int32(i) for i in range(5))
    if ellipsis_mask or new_axis_mask or options.flag(5):
        raise refuse(graph, operator, "its ellipsis mask, new-axis mask or offset is set, which TFLM ignores")

    loops, start, shape = [], 0, []
    steps = move.steps(source.shape)
    for axis, (size, step, begin, end, stride) in enumerate(zip(source.shape, steps, *bounds, strict=True)):
        bit = 1 << axis
        if shrink_mask & bit:
            taken = _shrunk(size, begin, stride, bool(begin_mask & bit))
        else:
            taken = _taken(size, begin, end, stride, bool(begin_mask & bit), bool(end_mask & bit))
            shape.append(len(taken))
        if not taken:
            raise refuse(graph, operator, f"it takes {begin} to {end} by {stride} of {size}: nothing, or outside")
        if not -(1 << 31) <= taken[-1] + stride < 1 << 31:
            raise refuse(graph, operator, f"its stride {stride} counts beyond 32 bits")
        loops.append((taken, step))
        start += taken[0] * step
    check_shape(graph, operator, output, "output", tuple(shape))
    to_steps = move.steps([len(taken) for taken, _ in loops])
    by_axis = [Loop(len(taken), taken.step * step, to) for (taken, step), to in zip(loops, to_steps, strict=True)]
    return Lowered((move.copy(source, output, by_axis, input_start=start),))


def _from_front(index: int, size: int, stride: int) -> int:
    """Return a bound counted from the front, as far as it lies inside for the direction of `stride`."""
    index = index + size if index < 0 else index
    return min(max(index, 0), size) if stride > 0 else min(max(index, -1), size - 1)


def _taken(size: int, begin: int, end: int, stride: int, from_first: bool, to_last: bool) -> range:
    """Return the indices that are taken of `size`."""
    if stride == 0:
        return range(0)
    first, last = (0, size) if stride > 0 else (size - 1, -1)
    return range(
        first if from_first else _from_front(begin, size, stride),
        last if to_last else _from_front(end, size, stride),
        stride,
    )


def _shrunk(size: int, begin: int, stride: int, from_first: bool) -> range:
    """Return the one index that is taken where the axis is left out, none where TFLM has no result."""
    first = 0 if from_first else _from_front(begin, size, stride)
    return range(first, first + 1) if stride > 0 and first < size else range(0)


OPERATOR = Definition("STRIDED_SLICE", lower, move.forms(_TYPES))

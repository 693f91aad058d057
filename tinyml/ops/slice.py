"""SLICE with constant begin and size."""

from tinyml.graph import Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.move import Loop
from tinyml.ops.quantized import check_shape

_TYPES = ("bool", "int8", "int16", "int32", "float32")
_MAX_RANK = 5  # TFLM's


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SLICE. TFLM reads outside the input where the slice does; that is refused here.

    Raises:
        ModelError: types, shapes or bounds are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 3, _TYPES)
    rank = len(source.shape)
    if rank > _MAX_RANK:
        raise refuse(graph, operator, f"its input has {rank} dimensions; at most {_MAX_RANK} are allowed")
    begin = move.numbers(graph, operator, 1, "begin", ("int32", "int64"))
    sizes = move.numbers(graph, operator, 2, "size", ("int32", "int64"))
    if graph.tensors[operator.inputs[1]].type != graph.tensors[operator.inputs[2]].type:
        raise refuse(graph, operator, "its begin and size are of two types")
    if len(begin) != rank or len(sizes) != rank:
        raise refuse(graph, operator, f"its begin {begin} and size {sizes} need {rank} numbers each")
    shape = tuple(n - at if size == -1 else size for n, at, size in zip(source.shape, begin, sizes, strict=True))
    if any(not 0 <= at <= at + size <= n for n, at, size in zip(source.shape, begin, shape, strict=True)):
        raise refuse(graph, operator, f"it takes {sizes} from {begin} on, outside the shape {list(source.shape)}")
    check_shape(graph, operator, output, "output", shape)
    from_steps = move.steps(source.shape)
    loops = map(Loop, shape, from_steps, move.steps(shape))
    start = sum(at * step for at, step in zip(begin, from_steps, strict=True))
    return Lowered((move.copy(source, output, loops, input_start=start),))


OPERATOR = Definition("SLICE", lower, move.forms(_TYPES))

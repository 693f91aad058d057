"""What the operators share that cut their input into several outputs: UNPACK, SPLIT and SPLIT_V."""

import math

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops import move
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.move import Loop

TYPES = ("int8", "int16", "int32", "float32")


def source_of(graph: Graph, operator: Operator, position: int) -> Tensor:
    """Return the input at `position`, which is cut.

    Raises:
        ModelError: it is absent or of a type that TFLM does not cut.
    """
    source = move.input_of(graph, operator, position, TYPES)
    if not operator.outputs:
        raise refuse(graph, operator, "it has no outputs")
    return source


def cut(graph: Graph, operator: Operator, source: Tensor, axis: int, sizes: list[int]) -> Lowered:
    """Return the calls that cut `source` along `axis` into outputs of `sizes` indices each, one call an output.

    Raises:
        ModelError: the sizes are not the input's in all, or an output is of another type.
    """
    if sum(sizes) != source.shape[axis]:
        raise refuse(
            graph, operator, f"it cuts {source.shape[axis]} elements along dimension {axis} into parts of {sizes}"
        )
    rows = math.prod(source.shape[:axis])
    inner = math.prod(source.shape[axis + 1 :])
    calls, start = [], 0
    for i, (at, size) in enumerate(zip(operator.outputs, sizes, strict=True)):
        output = graph.tensors[at]
        move.check_moved(graph, operator, output, f"output {i}", (source.type,))
        loops = [Loop(rows, source.shape[axis] * inner, size * inner), Loop(size * inner, 1, 1)]
        calls.append(move.copy(source, output, loops, input_start=start))
        start += size * inner
    return Lowered(tuple(calls))


def split(graph: Graph, operator: Operator, source: Tensor, axis: int) -> Lowered:
    """Return the calls that cut `source` along `axis` into outputs of the same other dimensions.

    Raises:
        ModelError: the outputs' shapes are others.
    """
    axis = move.axis_of(graph, operator, axis, len(source.shape))
    shapes = [graph.tensors[at].shape for at in operator.outputs]
    others = source.shape[:axis] + source.shape[axis + 1 :]
    for i, shape in enumerate(shapes):
        if len(shape) != len(source.shape) or shape[:axis] + shape[axis + 1 :] != others:
            raise refuse(
                graph,
                operator,
                f"its output {i} of shape {list(shape)} is no part along dimension {axis} of {list(source.shape)}",
            )
    return cut(graph, operator, source, axis, [shape[axis] for shape in shapes])

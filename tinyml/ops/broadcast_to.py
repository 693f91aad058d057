"""BROADCAST_TO a constant shape."""

from tinyml.graph import NUMPY_TYPES, Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.move import Loop
from tinyml.ops.quantized import check_rank

_MAX_RANK = 5  # TFLM's


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower BROADCAST_TO.

    Raises:
        ModelError: types or shapes are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 2, NUMPY_TYPES)
    shape = move.numbers(graph, operator, 1, "shape", ("int32", "int64"))
    check_rank(graph, operator, graph.tensors[operator.inputs[1]], "shape", 1)
    missing = len(output.shape) - len(source.shape)
    extended = (1,) * missing + source.shape
    if (
        missing < 0
        or len(output.shape) > _MAX_RANK
        or shape != list(output.shape)
        or any(a not in (1, b) for a, b in zip(extended, output.shape, strict=True))
    ):
        raise refuse(
            graph,
            operator,
            f"it broadcasts the shape {list(source.shape)} to {shape}, and its output has {list(output.shape)}",
        )
    from_steps = (0,) * missing + move.steps(source.shape)
    loops = [
        Loop(n, step if of != 1 else 0, to)
        for n, of, step, to in zip(output.shape, extended, from_steps, move.steps(output.shape), strict=True)
    ]
    return Lowered((move.copy(source, output, loops),))


OPERATOR = Definition("BROADCAST_TO", lower, move.forms(("any",)))

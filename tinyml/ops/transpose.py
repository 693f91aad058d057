"""TRANSPOSE."""

from tinyml.graph import Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.move import Loop
from tinyml.ops.quantized import check_shape

_TYPES = ("int8", "int16", "float32")
_MAX_RANK = 5  # TFLM's


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower TRANSPOSE.

    TFLM accepts a permutation that names a dimension twice, and leaves parts of the output unwritten; that is
    refused here.

    Raises:
        ModelError: types, shapes or the permutation are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 2, _TYPES)
    order = move.numbers(graph, operator, 1, "permutation")
    rank = len(source.shape)
    if rank > _MAX_RANK:
        raise refuse(graph, operator, f"its input has {rank} dimensions; at most {_MAX_RANK} are allowed")
    if sorted(order) != list(range(rank)):
        raise refuse(graph, operator, f"its permutation {order} does not name each of {rank} dimensions once")
    check_shape(graph, operator, output, "output", tuple(source.shape[i] for i in order))
    from_steps, to_steps = move.steps(source.shape), move.steps(output.shape)
    loops = [Loop(source.shape[i], from_steps[i], to) for i, to in zip(order, to_steps, strict=True)]
    return Lowered((move.copy(source, output, loops),))


OPERATOR = Definition("TRANSPOSE", lower, move.forms(_TYPES))

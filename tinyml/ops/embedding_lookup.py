"""EMBEDDING_LOOKUP: indices choose rows of a table."""

from tinyml.graph import Graph, Operator
from tinyml.ops import move, pick
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.quantized import check_rank, check_shape


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower EMBEDDING_LOOKUP.

    Raises:
        ModelError: types, shapes or constant indices are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 2, pick.TYPES, position=1)
    indices = move.input_of(graph, operator, 0, ("int32",))
    check_rank(graph, operator, indices, "indices", 1)
    if len(source.shape) < 2:
        raise refuse(graph, operator, f"its table has the shape {list(source.shape)}; at least 2 are allowed")
    rows, inner = source.shape[:1], source.shape[1:]
    check_shape(graph, operator, output, "output", indices.shape + inner)
    call = pick.call(graph, operator, source, indices, output, sizes=inner, blocks=(1, 1), along=rows)
    return Lowered((call,))


OPERATOR = Definition("EMBEDDING_LOOKUP", lower, tuple(Form(type_, (pick.KERNEL,)) for type_ in pick.TYPES))

"""GATHER_ND: rows of indices choose elements or slices."""

from tinyml.graph import Graph, Operator
from tinyml.ops import move, pick
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.quantized import check_shape


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower GATHER_ND.

    Raises:
        ModelError: types, shapes or constant indices are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 2, pick.TYPES)
    indices = move.input_of(graph, operator, 1, ("int32",))
    if not indices.shape or indices.shape[-1] > min(pick.DEPTH, len(source.shape)):
        raise refuse(
            graph,
            operator,
            f"its indices of shape {list(indices.shape)} do not choose from the shape {list(source.shape)}; rows "
            f"of at most {pick.DEPTH} are allowed",
        )
    depth = indices.shape[-1]
    along, inner = source.shape[:depth], source.shape[depth:]
    check_shape(graph, operator, output, "output", indices.shape[:-1] + inner)
    call = pick.call(graph, operator, source, indices, output, sizes=inner, blocks=(1, 1), along=along)
    return Lowered((call,))


OPERATOR = Definition("GATHER_ND", lower, tuple(Form(type_, (pick.KERNEL,)) for type_ in pick.TYPES))

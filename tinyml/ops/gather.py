"""GATHER along one axis, also with batches of indices."""

import math

from tinyml.graph import Graph, Operator
from tinyml.ops import move, pick
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.quantized import check_shape, options_of


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower GATHER.

    Raises:
        ModelError: types, shapes, options or constant indices are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 2, pick.TYPES)
    indices = move.input_of(graph, operator, 1, ("int32",))
    options = options_of(graph, operator)
    axis = move.axis_of(graph, operator, options.int32(0), len(source.shape))
    rank, given = len(indices.shape), options.int32(1)
    batch = given + rank if given < 0 else given
    if not 0 <= batch <= min(axis, rank) or source.shape[:batch] != indices.shape[:batch]:
        raise refuse(
            graph,
            operator,
            f"its {given} batch dimensions are not those of its indices of shape {list(indices.shape)} and its "
            f"input of shape {list(source.shape)}",
        )
    inner = source.shape[axis + 1 :]
    check_shape(graph, operator, output, "output", source.shape[:axis] + indices.shape[batch:] + inner)
    blocks = math.prod(source.shape[:batch]), math.prod(source.shape[batch:axis])
    along = source.shape[axis : axis + 1]
    return Lowered((pick.call(graph, operator, source, indices, output, sizes=inner, blocks=blocks, along=along),))


OPERATOR = Definition("GATHER", lower, tuple(Form(type_, (pick.KERNEL,)) for type_ in pick.TYPES))

"""SPLIT into parts of one size along a constant axis."""

from tinyml.graph import Graph, Operator
from tinyml.ops import move, parts
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.quantized import check_inputs


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SPLIT, one call for each output.

    Raises:
        ModelError: types, shapes or the axis are not what TFLM computes.
    """
    check_inputs(graph, operator, (2,))
    source = parts.source_of(graph, operator, 1)
    axes = move.numbers(graph, operator, 0, "axis")
    shapes = {graph.tensors[at].shape for at in operator.outputs}
    if len(axes) != 1 or len(shapes) != 1:
        raise refuse(
            graph, operator, f"its axes are {axes} and its outputs' shapes {sorted(shapes)}; one each is allowed"
        )
    return parts.split(graph, operator, source, axes[0])


OPERATOR = Definition("SPLIT", lower, move.forms(parts.TYPES))

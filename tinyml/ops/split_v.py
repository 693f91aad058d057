"""SPLIT_V into parts of several sizes along a constant axis. The sizes come from the outputs, as in TFLM."""

from tinyml.graph import Graph, Operator
from tinyml.ops import move, parts
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.quantized import check_inputs


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SPLIT_V, one call for each output.

    Raises:
        ModelError: types, shapes or the axis are not what TFLM computes.
    """
    check_inputs(graph, operator, (3,))
    source = parts.source_of(graph, operator, 0)
    axes = move.numbers(graph, operator, 2, "axis")
    if len(axes) != 1:
        raise refuse(graph, operator, f"its axes are {axes}; one is allowed")
    return parts.split(graph, operator, source, axes[0])


OPERATOR = Definition("SPLIT_V", lower, move.forms(parts.TYPES))

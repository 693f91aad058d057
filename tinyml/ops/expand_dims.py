"""EXPAND_DIMS: a dimension of 1 is put in; the output is the input's bytes."""

from tinyml.graph import Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.quantized import check_shape

_TYPES = ("int8", "int16", "float32")


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower EXPAND_DIMS: no call, the output is the input's bytes.

    Raises:
        ModelError: types, shapes or the axis are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 2, _TYPES)
    axes = move.numbers(graph, operator, 1, "axis")
    if len(axes) != 1:
        raise refuse(graph, operator, f"its axes are {axes}; one is allowed")
    axis = move.axis_of(graph, operator, axes[0], len(source.shape) + 1)
    check_shape(graph, operator, output, "output", (*source.shape[:axis], 1, *source.shape[axis:]))
    return move.rename(source, output)


OPERATOR = Definition("EXPAND_DIMS", lower, move.forms(_TYPES))

"""FILL a constant shape with one value."""

from tinyml.graph import Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.move import Loop
from tinyml.ops.quantized import check_rank

_TYPES = ("int8", "int32", "float32")
_SHAPE_TYPES = ("int8", "int16", "int32", "int64")


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower FILL.

    Raises:
        ModelError: types or shapes are not what TFLM computes.
    """
    value, output = move.pair(graph, operator, 2, _TYPES, position=1)
    check_rank(graph, operator, value, "value", 0)
    shape = move.numbers(graph, operator, 0, "shape", _SHAPE_TYPES)
    check_rank(graph, operator, graph.tensors[operator.inputs[0]], "shape", 1)
    if shape != list(output.shape):
        raise refuse(graph, operator, f"its shape is {shape}, and its output's {list(output.shape)}")
    return Lowered((move.copy(value, output, [Loop(output.elements, 0, 1)]),))


OPERATOR = Definition("FILL", lower, move.forms(_TYPES))

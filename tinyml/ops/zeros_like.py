"""ZEROS_LIKE: an output of the input's shape that holds zeros, whatever its quantization."""

from tinyml.graph import Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered
from tinyml.ops.quantized import check_shape

_TYPES = ("int8", "int32", "int64")


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower ZEROS_LIKE.

    Raises:
        ModelError: types or shapes are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 1, _TYPES)
    check_shape(graph, operator, output, "output", source.shape)
    return Lowered((move.fill(output, 0),))


OPERATOR = Definition("ZEROS_LIKE", lower, move.forms(_TYPES))

"""LESS, also with broadcasting; see comparison.py."""

from tinyml.graph import Graph, Operator
from tinyml.ops import comparison
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower LESS.

    Raises:
        ModelError: types, shapes or quantization are not what the kernels compute.
    """
    return comparison.lower(graph, operator, comparison.LESS)


OPERATOR = Definition("LESS", lower, comparison.ORDER_FORMS, wide=True)

"""NOT_EQUAL, also with broadcasting; see comparison.py."""

from tinyml.graph import Graph, Operator
from tinyml.ops import comparison
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower NOT_EQUAL.

    Raises:
        ModelError: types, shapes or quantization are not what the kernels compute.
    """
    return comparison.lower(graph, operator, comparison.NOT_EQUAL)


OPERATOR = Definition("NOT_EQUAL", lower, comparison.EQUALITY_FORMS, wide=True)

"""MAXIMUM on integers, also with broadcasting. TFLM compares the values as they are, whatever their scales."""

from tinyml.graph import Graph, Operator
from tinyml.ops import extremum
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower MAXIMUM.

    Raises:
        ModelError: types or shapes are not what the kernels compute.
    """
    return extremum.lower(graph, operator, maximum=True)


OPERATOR = Definition("MAXIMUM", lower, extremum.FORMS, wide=True)

"""MINIMUM on integers, also with broadcasting. TFLM compares the values as they are, whatever their scales."""

from tinyml.graph import Graph, Operator
from tinyml.ops import extremum
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower MINIMUM.

    Raises:
        ModelError: types or shapes are not what the kernels compute.
    """
    return extremum.lower(graph, operator, maximum=False)


OPERATOR = Definition("MINIMUM", lower, extremum.FORMS, wide=True)

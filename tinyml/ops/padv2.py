"""PADV2, which is PAD with a value that the model gives."""

from tinyml.graph import Graph, Operator
from tinyml.ops import pad
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower PADV2.

    Raises:
        ModelError: types, shapes or paddings are not what TFLM computes.
    """
    return pad.pad(graph, operator)


OPERATOR = Definition("PADV2", lower, pad.FORMS)

"""LOGISTIC on int8: 1 / (1 + exp(−x)) in steps of 1/256."""

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MIN
from tinyml.graph import Graph, Operator
from tinyml.ops import lookup
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower LOGISTIC.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    return lookup.sigmoid(graph, operator, fixedpoint.logistic, 8, INT8_MIN)


OPERATOR = Definition("LOGISTIC", lower, (Form("int8", ("lookup_s8",)),))

"""LOGISTIC: 1 / (1 + exp(−x)), on int8 in steps of 1/256, on int16 in steps of 1/32768."""

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MIN
from tinyml.graph import Graph, Operator
from tinyml.ops import sigmoid
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower LOGISTIC.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    return sigmoid.lower(graph, operator, fixedpoint.logistic, 8, INT8_MIN, kernel="logistic_s16", powers=1)


OPERATOR = Definition(
    "LOGISTIC", lower, (Form("int8", ("lookup_s8",)), Form("int16", ("logistic_s16",))), wide=True
)

"""TANH on int8, in steps of 1/128, and on int16, in steps of 1/32768.

TFLM takes an int8 output's zero point to be 0, whatever the model says; another one is refused.
"""

from tinyml import fixedpoint
from tinyml.graph import Graph, Operator
from tinyml.ops import sigmoid
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower TANH.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    return sigmoid.lower(graph, operator, fixedpoint.tanh, 7, 0, kernel="tanh_s16", powers=2)


OPERATOR = Definition("TANH", lower, (Form("int8", ("lookup_s8",)), Form("int16", ("tanh_s16",))), wide=True)

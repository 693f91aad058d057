"""TANH on int8, in steps of 1/128.

TFLM takes the output's zero point to be 0, whatever the model says; another one is refused.
"""

from tinyml import fixedpoint
from tinyml.graph import Graph, Operator
from tinyml.ops import lookup
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower TANH.

    Raises:
        ModelError: types, shapes or quantization are not what TFLM computes.
    """
    return lookup.sigmoid(graph, operator, fixedpoint.tanh, 7, 0)


OPERATOR = Definition("TANH", lower, (Form("int8", ("lookup_s8",)),))

"""ARG_MIN along a constant axis, int8 to int32."""

from tinyml.graph import Graph, Operator
from tinyml.ops import arg
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower ARG_MIN.

    Raises:
        ModelError: types, shapes or the axis are not what the kernel computes.
    """
    return arg.place(graph, operator, smallest=True)


OPERATOR = Definition("ARG_MIN", lower, (Form("int8", ("arg_extreme_s8",)),))

"""REDUCE_MAX over constant axes, int8."""

from tinyml.graph import Graph, Operator
from tinyml.ops import reduce
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower REDUCE_MAX.

    Raises:
        ModelError: types, shapes, axes or quantization are not what the kernel computes.
    """
    return reduce.extreme(graph, operator, smallest=False)


OPERATOR = Definition("REDUCE_MAX", lower, (Form("int8", ("reduce_extreme_s8",)),))

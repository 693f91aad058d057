"""REDUCE_ALL over constant axes, bool."""

from tinyml.graph import Graph, Operator
from tinyml.ops import reduce
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower REDUCE_ALL.

    Raises:
        ModelError: types, shapes or axes are not what the kernel computes.
    """
    return reduce.all_of(graph, operator)


OPERATOR = Definition("REDUCE_ALL", lower, (Form("bool", ("reduce_extreme_s8",)),))

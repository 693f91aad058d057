"""LOGICAL_OR on bool, also with broadcasting: of values that are 0 or 1, the larger one."""

from tinyml.graph import Graph, Operator
from tinyml.ops import broadcast
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower LOGICAL_OR.

    Raises:
        ModelError: types or shapes are not what the kernel computes.
    """
    return broadcast.read(graph, operator, ("bool",)).call("extremum_u8", maximum=1)


OPERATOR = Definition("LOGICAL_OR", lower, (Form("bool", ("extremum_u8",)),))

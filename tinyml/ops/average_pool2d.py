"""AVERAGE_POOL_2D on int8 and int16."""

from tinyml.graph import Graph, Operator
from tinyml.ops import pool2d
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower AVERAGE_POOL_2D.

    Raises:
        ModelError: types, shapes, options or quantization are not what the kernel computes.
    """
    return pool2d.lower_to("average_pool2d", graph, operator)


OPERATOR = Definition("AVERAGE_POOL_2D", lower, pool2d.forms("average_pool2d"), wide=True)

"""DEPTH_TO_SPACE: channels of an image become blocks of it."""

from tinyml.graph import Graph, Operator
from tinyml.ops import blocks, move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower DEPTH_TO_SPACE.

    Raises:
        ModelError: types, shapes or the size of blocks are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 1, blocks.TYPES)
    return Lowered((blocks.call(graph, operator, output, source, to_depth=False),))


OPERATOR = Definition("DEPTH_TO_SPACE", lower, move.forms(blocks.TYPES))

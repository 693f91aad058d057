"""SPACE_TO_DEPTH: blocks of an image become its channels."""

from tinyml.graph import Graph, Operator
from tinyml.ops import blocks, move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SPACE_TO_DEPTH.

    Raises:
        ModelError: types, shapes or the size of blocks are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 1, blocks.TYPES)
    return Lowered((blocks.call(graph, operator, source, output, to_depth=True),))


OPERATOR = Definition("SPACE_TO_DEPTH", lower, move.forms(blocks.TYPES))

"""SPACE_TO_BATCH_ND: the places of an image's blocks become batches."""

from tinyml.graph import Graph, Operator
from tinyml.ops import batches, move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.move import Loop


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SPACE_TO_BATCH_ND.

    TFLM pads with a number that it never sets, whatever the arena happens to hold; padding is refused here.

    Raises:
        ModelError: types, shapes, blocks or paddings are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 3, batches.TYPES)
    blocks = batches.blocks_of(graph, operator, source, output)
    if any(blocks.edges):
        raise refuse(
            graph,
            operator,
            f"it pads by {list(blocks.edges)}, with what TFLM leaves undefined",
            "Pad with PAD in front of it.",
        )
    (n, _, width, channels), (height, across), (rows, columns) = blocks.image, blocks.block, blocks.counts
    line, batch = width * channels, rows * columns * channels
    loops = [
        Loop(height, line, across * n * batch),
        Loop(across, channels, n * batch),
        Loop(n * rows, height * line, columns * channels),
        Loop(columns, across * channels, channels),
        Loop(channels, 1, 1),
    ]
    return Lowered((move.copy(source, output, loops),))


OPERATOR = Definition("SPACE_TO_BATCH_ND", lower, move.forms(batches.TYPES))

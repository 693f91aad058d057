"""BATCH_TO_SPACE_ND: batches become the places of an image's blocks, and edges are cropped."""

from tinyml.graph import NUMPY_TYPES, Graph, Operator
from tinyml.ops import batches, move
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered

_KERNEL = "batch_to_space"


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower BATCH_TO_SPACE_ND.

    Raises:
        ModelError: types, shapes, blocks or crops are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 3, batches.TYPES)
    blocks = batches.blocks_of(graph, operator, output, source)
    n, height, width, channels = blocks.image
    params = {
        "batches": n,
        "height": height,
        "width": width,
        "block_height": blocks.block[0],
        "block_width": blocks.block[1],
        "rows": blocks.counts[0],
        "columns": blocks.counts[1],
        "top": blocks.edges[0],
        "left": blocks.edges[2],
        "run": channels * NUMPY_TYPES[output.type].itemsize,
    }
    return Lowered((KernelCall(_KERNEL, params, (move.pointer(source, "input"), output.index)),))


OPERATOR = Definition("BATCH_TO_SPACE_ND", lower, tuple(Form(type_, (_KERNEL,)) for type_ in batches.TYPES))

"""SPACE_TO_DEPTH and DEPTH_TO_SPACE: square blocks of an image become its channels, and back."""

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops import move
from tinyml.ops.lowering import KernelCall, refuse
from tinyml.ops.move import Loop
from tinyml.ops.quantized import check_rank, check_shape, options_of

TYPES = ("int8", "float32")


def call(graph: Graph, operator: Operator, space: Tensor, depth: Tensor, to_depth: bool) -> KernelCall:
    """Return the call between the image `space` and `depth`, whose channels are blocks of it.

    Raises:
        ModelError: shapes and the size of blocks do not belong together.
    """
    for tensor, role in ((space, "image"), (depth, "blocks")):
        check_rank(graph, operator, tensor, role, 4)
    block = options_of(graph, operator).int32(0)
    batches, height, width, channels = space.shape
    if block < 1 or height % block or width % block:
        raise refuse(graph, operator, f"its blocks of size {block} do not fill the shape {list(space.shape)}")
    rows, columns = height // block, width // block
    check_shape(graph, operator, depth, "blocks", (batches, rows, columns, channels * block * block))
    line, row = width * channels, block * channels
    places = [  # size, step in the image, step among the blocks
        (batches * rows, block * line, columns * block * row),
        (block, line, row),
        (columns, row, block * row),
        (row, 1, 1),
    ]
    if to_depth:
        return move.copy(space, depth, [Loop(n, image, blocks) for n, image, blocks in places])
    return move.copy(depth, space, [Loop(n, blocks, image) for n, image, blocks in places])

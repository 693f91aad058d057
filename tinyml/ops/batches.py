"""What SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND share: images whose blocks' places are batches."""

from dataclasses import dataclass

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops import move
from tinyml.ops.lowering import refuse
from tinyml.ops.quantized import check_shape

TYPES = ("int8", "float32")


@dataclass(frozen=True)
class Blocks:
    """An image and its blocks.

    Attributes:
        image: batches, height, width and channels of the image; its width is 1 where it has none.
        block: height and width of a block.
        counts: rows and columns of blocks.
        edges: how far the blocks stand out at the top, the bottom, the left and the right.
    """

    image: tuple[int, int, int, int]
    block: tuple[int, int]
    counts: tuple[int, int]
    edges: tuple[int, int, int, int]


def blocks_of(graph: Graph, operator: Operator, image: Tensor, batches: Tensor) -> Blocks:
    """Return how `image` and the tensor `batches` belong together.

    Raises:
        ModelError: they do not.
    """
    sides = len(image.shape) - 2
    if sides not in (1, 2):
        raise refuse(
            graph, operator, f"its image has the shape {list(image.shape)}; 3 or 4 dimensions are allowed"
        )
    sizes = move.numbers(graph, operator, 1, "block shape")
    edges = move.numbers(graph, operator, 2, "padding")
    if len(sizes) != sides or len(edges) != 2 * sides or min(sizes) < 1 or min(edges) < 0:
        raise refuse(graph, operator, f"its blocks {sizes} and padding {edges} do not suit {list(image.shape)}")
    height, width = (*sizes, 1)[:2]
    top, bottom, left, right = (*edges, 0, 0)[:4]
    n, *spatial, channels = image.shape
    whole = (spatial[0] + top + bottom, (*spatial, 1)[1] + left + right)
    counts = (whole[0] // height, whole[1] // width)
    if whole != (counts[0] * height, counts[1] * width):
        raise refuse(graph, operator, f"blocks {sizes} do not fill {list(image.shape)} with padding {edges}")
    check_shape(graph, operator, batches, "batches", (n * height * width, *counts[:sides], channels))
    return Blocks((n, spatial[0], (*spatial, 1)[1], channels), (height, width), counts, (top, bottom, left, right))

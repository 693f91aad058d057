"""What the operators share that indices choose elements for: GATHER, GATHER_ND and EMBEDDING_LOOKUP.

Constant indices must lie inside. Where they are computed, TFLM reads outside of its input or fails at one that
does not; here the nearest element is taken.
"""

import math
from collections.abc import Sequence

import numpy as np

from tinyml.graph import NUMPY_TYPES, Graph, Operator, Tensor
from tinyml.ops import move
from tinyml.ops.lowering import KernelCall, pointer, refuse

KERNEL = "gather"
TYPES = ("int8", "float32")
DEPTH = 5  # indices that choose a run together


def call(
    graph: Graph,
    operator: Operator,
    source: Tensor,
    indices: Tensor,
    output: Tensor,
    *,
    sizes: Sequence[int],
    blocks: tuple[int, int],
    along: Sequence[int],
) -> KernelCall:
    """Return the call that gathers.

    Args:
        graph, operator: for the error.
        source, indices, output: the arrays; indices are int32.
        sizes: elements of a run in the input, its product.
        blocks: batches, each with its own indices, and blocks in a batch.
        along: the dimensions that the indices count, which follow the blocks.

    Raises:
        ModelError: a constant index lies outside.
    """
    batches, outer = blocks
    depth, block = len(along), math.prod(along)
    steps = move.steps(along)
    if indices.is_constant:
        places = indices.values.reshape(-1, depth).astype(np.int64) @ np.array(steps, np.int64)
        if np.any((places < 0) | (places >= block)):
            raise refuse(graph, operator, f"its indices lie outside the shape {list(source.shape)}")
    picks = indices.elements // (batches * depth)
    params: dict[str, int | float] = {"batches": batches, "outer": outer, "block": block, "picks": picks}
    params |= {"depth": depth, "run": math.prod(sizes) * NUMPY_TYPES[source.type].itemsize}
    params |= {f"step_{i}": steps[i] if i < depth else 0 for i in range(DEPTH)}
    pointers = (move.pointer(source, "input"), pointer(indices, "indices"), output.index)
    return KernelCall(KERNEL, params, pointers)

"""Images and what their blocks are in batches, for the tests of SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from tests.ops.moves import Shape


@dataclass(frozen=True)
class Blocks:
    """The shapes of an image and of its blocks, the size of a block, and how far blocks stand out of the image."""

    image: Shape
    batches: Shape
    sizes: np.ndarray
    edges: np.ndarray


@st.composite
def blocks(draw: st.DrawFn, *, edges: bool = True) -> Blocks:
    """Images of one or two dimensions, with or without `edges`."""
    sides = draw(st.integers(1, 2))
    n, channels = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    sizes = [draw(st.integers(1, 3)) for _ in range(sides)]
    counts = [draw(st.integers(1, 3)) for _ in range(sides)]
    image, around = [], []
    for size, count in zip(sizes, counts, strict=True):
        before = draw(st.integers(0, size * count - 1)) if edges else 0
        after = draw(st.integers(0, size * count - 1 - before)) if edges else 0
        image.append(size * count - before - after)
        around.append([before, after])
    batches = (n * int(np.prod(sizes)), *counts, channels)
    return Blocks((n, *image, channels), batches, np.array(sizes, np.int32), np.array(around, np.int32))

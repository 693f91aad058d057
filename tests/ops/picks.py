"""Models of one operator that gathers what indices choose, for the tests of three operators."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.ops.moves import SCALES, Shape
from tests.ops.single import SAMPLES, Case, generators, values
from tests.tflite import Builder

TYPES = ("int8", "float32")


def picked(
    name: str,
    shape: Shape,
    indices: np.ndarray | Shape,
    output: Shape,
    options: Mapping[str, Any] | None = None,
    *,
    type: str = "int8",
    indices_first: bool = False,
) -> bytes:
    """A model of `name`, whose indices are an input where only their shape is given."""
    b = Builder()
    scale, zero_point = SCALES.get(type, (None, 0))
    x = b.tensor(shape, type, scale, zero_point)
    given = isinstance(indices, np.ndarray)
    i = b.tensor(indices.shape, str(indices.dtype), data=indices) if given else b.tensor(indices, "int32")
    y = b.tensor(output, type, scale, zero_point)
    b.operator(name, [i, x] if indices_first else [x, i], [y], options)
    return b.build([x] if given else [x, i], [y])


@st.composite
def cases(
    draw: st.DrawFn,
    name: str,
    shape: Shape,
    bounds: np.ndarray,
    output: Shape,
    options: Mapping[str, Any] | None,
    type: str,
    *,
    indices_first: bool = False,
) -> Case:
    """A case of `name`, whose indices (constant, or an input) lie below `bounds`, an array of their shape."""
    rng = draw(generators)
    chosen = [rng.integers(0, bounds, bounds.shape).astype(np.int32) for _ in range(SAMPLES)]
    constant = draw(st.booleans())
    indices = chosen[0] if constant else bounds.shape
    model = picked(name, shape, indices, output, options, type=type, indices_first=indices_first)
    data = [values(rng, shape, type) for _ in range(SAMPLES)]
    return Case(model, tuple((x,) if constant else (x, i) for x, i in zip(data, chosen, strict=True)))

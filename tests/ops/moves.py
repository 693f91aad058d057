"""Models of one operator that only moves elements, for the tests of many operators."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from tests.ops.single import Case, case, examples
from tests.tflite import Builder

Shape = tuple[int, ...]

# All types of such an operator share their code, so that a few models of each do.
few = settings(examples, max_examples=40)

SCALES = {"int8": (0.1, 3), "uint8": (0.1, 3), "int16": (0.1, 0)}  # scale and zero point; other types have none


def moved(
    name: str,
    inputs: Sequence[Shape | np.ndarray],
    outputs: Sequence[Shape],
    options: Mapping[str, Any] | None = None,
    type: str = "int8",
    output_type: str | None = None,
) -> bytes:
    """A model of `name`: an input of the model for each shape, a constant for each array."""
    b = Builder()

    def add(shape: Shape, of: str, data: np.ndarray | None = None) -> int:
        scale, zero_point = SCALES.get(of, (None, 0))
        return b.tensor(shape, of, scale, zero_point, data=data)

    read = [
        add(given.shape, str(given.dtype), given) if isinstance(given, np.ndarray) else add(given, type)
        for given in inputs
    ]
    written = [add(shape, output_type or type) for shape in outputs]
    b.operator(name, read, written, options)
    ends = [at for at, given in zip(read, inputs, strict=True) if not isinstance(given, np.ndarray)]
    return b.build(ends or [add((1,), "int8")], written)


def move(
    rng: np.random.Generator,
    name: str,
    inputs: Sequence[Shape | np.ndarray],
    outputs: Sequence[Shape],
    options: Mapping[str, Any] | None = None,
    type: str = "int8",
) -> Case:
    """The case of such a model."""
    shapes = [given for given in inputs if not isinstance(given, np.ndarray)]
    return case(moved(name, inputs, outputs, options, type), rng, *shapes, type=type)


def int32s(*numbers: Any) -> np.ndarray:
    """Return a constant, such as a shape or axes."""
    return np.array(numbers, np.int32)


def shapes(most: int = 5, least: int = 1, size: int = 5) -> st.SearchStrategy[Shape]:
    """Shapes of `least` to `most` dimensions."""
    return st.lists(st.integers(1, size), min_size=least, max_size=most).map(tuple)


def axes(rank: int) -> st.SearchStrategy[int]:
    """A dimension of `rank`, counted from either end."""
    return st.integers(-rank, rank - 1)

"""Models of one RESIZE_BILINEAR or RESIZE_NEAREST_NEIGHBOR."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.composed import MOST_ELEMENTS, Composer, Made
from tests.ops.single import Case, case, generators, zero_points
from tests.tflite import Builder

# Aligned corners, half-pixel centers.
MODES = ((False, False), (True, False), (False, True))


def resize(
    name: str,
    shape: tuple[int, ...] = (1, 3, 4, 2),
    size: tuple[int, ...] = (5, 6),
    mode: tuple[bool, bool] | None = (False, False),
    *,
    zero_points: tuple[int, int] = (0, 0),
    size_type: str = "int32",
    constant_size: bool = True,
    output: tuple[int, ...] | None = None,
    type: str = "int8",
) -> bytes:
    """A model of one operator `name`."""
    b = Builder()
    x = b.tensor(shape, type, 0.1, zero_points[0])
    data = np.array(size, size_type)
    to = b.tensor(data.shape, size_type, data=data if constant_size else None)
    y = b.tensor(output or (shape[0], *size, shape[-1]), type, 0.1, zero_points[1])
    options = None if mode is None else {"alignCorners": mode[0], "halfPixelCenters": mode[1]}
    b.operator(name, [x, to], [y], options)
    return b.build([x] if constant_size else [x, to], [y])


@st.composite
def cases(draw: st.DrawFn, name: str, modes: tuple[tuple[bool, bool], ...], type: str = "int8") -> Case:
    """Models of one operator `name`, with sizes so near that TFLM stays inside the input."""
    rng = draw(generators)
    sizes = st.integers(1, 7)
    shape = (draw(st.integers(1, 2)), draw(sizes), draw(sizes), draw(st.integers(1, 5)))
    size = (draw(st.integers(1, 20)), draw(st.integers(1, 20)))
    points = draw(st.tuples(zero_points, zero_points))
    model = resize(name, shape, size, draw(st.sampled_from(modes)), zero_points=points, type=type)
    return case(model, rng, shape, type=type)


def grow(name: str) -> Callable[[Composer, Made], None]:
    """Return the function that adds the operator to a composed model."""

    def added(composer: Composer, x: Made) -> None:
        if len(x.shape) != 4:
            return
        size = [composer.random.randint(1, 2 * n) for n in x.shape[1:3]]
        shape = (x.shape[0], *size, x.shape[3])
        if np.prod(shape) <= MOST_ELEMENTS:
            aligned, half = composer.random.choice(MODES)
            options = {"alignCorners": aligned, "halfPixelCenters": half}
            composer.add(name, [x.index, composer.int32s(size)], composer.tensor(shape, x), options)

    return added


# What both operators refuse.
REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    ({"shape": (3, 4, 2)}, ["input has the shape [3, 4, 2], not 4 dimensions"]),
    ({"size_type": "int64"}, ["size is int64"]),
    ({"size": (5, 6, 7)}, ["size has the shape [3], not [2]"]),
    ({"constant_size": False}, ["size (tensor 1) must be a constant"]),
    ({"output": (1, 5, 5, 2)}, ["[1, 5, 5, 2], not [1, 5, 6, 2]"]),
    ({"size": (1, (1 << 15) + 1)}, ["32769 pixels long; at most 32768"]),
    ({"zero_points": (128, 0)}, ["zero point 128"]),
]

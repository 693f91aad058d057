"""Models of one ARG_MAX or ARG_MIN."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.single import Case, case, generators, zero_points
from tests.tflite import Builder


def arg(
    name: str,
    shape: tuple[int, ...] = (2, 4, 3),
    axis: int = 1,
    *,
    zero_point: int = 0,
    scalar: bool = True,
    axis_type: str = "int32",
    axes: int = 1,
    constant_axis: bool = True,
    output: tuple[int, ...] | None = None,
    output_type: str = "int32",
) -> bytes:
    """A model of one operator `name`."""
    b = Builder()
    if output is None:
        output = tuple(n for i, n in enumerate(shape) if i != axis % len(shape))
    x = b.tensor(shape, scale=0.1, zero_point=zero_point)
    data = np.full(() if scalar else (axes,), axis, axis_type)
    at = b.tensor(data.shape, axis_type, data=data if constant_axis else None)
    y = b.tensor(output, output_type)
    b.operator(name, [x, at], [y], {})
    return b.build([x] if constant_axis else [x, at], [y])


@st.composite
def cases(draw: st.DrawFn, name: str) -> Case:
    """Models of one operator `name`; values often occur twice."""
    rng = draw(generators)
    shape = tuple(draw(st.lists(st.integers(1, 6), min_size=1, max_size=5)))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    drawn = case(arg(name, shape, axis, zero_point=draw(zero_points), scalar=draw(st.booleans())), rng, shape)
    if draw(st.booleans()):
        return drawn
    return Case(drawn.model, tuple(tuple(values // 64 for values in sample) for sample in drawn.samples))


def grow(name: str) -> Callable[[Composer, Made], None]:
    """Return the function that adds the operator to a composed model."""

    def added(composer: Composer, x: Made) -> None:
        axis = composer.random.randrange(len(x.shape))
        output = composer.plain([n for i, n in enumerate(x.shape) if i != axis], "int32")
        composer.add(name, [x.index, composer.int32s(axis)], output, {})

    return added


# What both operators refuse.
REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    ({"axis": 3, "output": (2, 4)}, ["axis is 3; the input has 3 dimensions"]),
    ({"axis": -4, "output": (4, 3)}, ["axis is -4"]),
    ({"axis_type": "int64"}, ["axis is int64"]),
    ({"scalar": False, "axes": 2}, ["axis has 2 elements"]),
    ({"constant_axis": False}, ["axis (tensor 1) must be a constant"]),
    ({"output": (2, 4)}, ["[2, 4], not [2, 3]"]),
    ({"output_type": "int64"}, ["output is int64"]),
    ({"zero_point": 128}, ["zero point 128"]),
]

"""Models of one reduction over constant axes, for the tests of several operators."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.single import Case, case, generators, int16_zero_points, scales, zero_points
from tests.tflite import Builder


def reduction(
    name: str,
    shape: tuple[int, ...] = (1, 4, 5, 3),
    axes: tuple[int, ...] = (1, 2),
    keep: bool | None = False,
    *,
    scales: tuple[float, float] = (0.05, 0.04),
    zero_points: tuple[int, int] = (3, -4),
    output: tuple[int, ...] | None = None,
    axis_type: str = "int32",
    scalar: bool = False,
    constant_axis: bool = True,
    type: str = "int8",
) -> bytes:
    """A model of one operator `name`."""
    b = Builder()
    reduced = {axis % len(shape) for axis in axes}
    if output is None:
        kept = [1 if i in reduced else n for i, n in enumerate(shape) if keep or i not in reduced]
        output = tuple(kept)
    given = (None, None) if type == "bool" else scales
    x = b.tensor(shape, type, given[0], zero_points[0])
    data = np.array(axes, axis_type) if constant_axis else None
    axis = b.tensor(() if scalar else (len(axes),), axis_type, data=data)
    y = b.tensor(output, type, given[1], zero_points[1])
    b.operator(name, [x, axis], [y], None if keep is None else {"keepDims": keep})
    return b.build([x] if constant_axis else [x, axis], [y])


@st.composite
def reductions(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A shape and some of its axes, counted from either end, some twice."""
    shape = tuple(draw(st.lists(st.integers(1, 6), min_size=1, max_size=4)))
    axes = st.integers(-len(shape), len(shape) - 1)
    return shape, tuple(draw(st.lists(axes, min_size=1, max_size=4)))


@st.composite
def cases(draw: st.DrawFn, name: str, rescales: bool = True, type: str = "int8") -> Case:
    """Models of one operator `name`, whose output has a quantization of its own where it `rescales`."""
    rng = draw(generators)
    shape, axes = draw(reductions())
    pair = draw(st.tuples(scales(1e-3), scales(1e-3)))
    point = int16_zero_points if type == "int16" else zero_points
    points = draw(st.tuples(point, point))
    if not rescales:
        pair, points = (pair[0], pair[0]), (points[0], points[0])
    model = reduction(name, shape, axes, draw(st.booleans()), scales=pair, zero_points=points, type=type)
    return case(model, rng, shape, type=type)


def grow(name: str, rescales: bool = True) -> Callable[[Composer, Made], None]:
    """Return the function that adds the operator to a composed model."""

    def added(composer: Composer, x: Made) -> None:
        first = composer.random.randrange(len(x.shape))
        axes = list(range(first, composer.random.randint(first, len(x.shape) - 1) + 1))
        shape = [1 if i in axes else n for i, n in enumerate(x.shape)]
        plain = x.type == "bool"
        output = (
            composer.plain(shape, "bool") if plain else composer.tensor(shape, None if rescales else x, x.type)
        )
        composer.add(name, [x.index, composer.int32s(axes)], output, {"keepDims": True})

    return added


# What every reduction refuses.
REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    ({"axes": (1, 4)}, ["axis is 4; the input has 4 dimensions"]),
    ({"axes": (-5,), "output": (1, 5, 3)}, ["axis is -5"]),
    ({"axes": (0, 1, 2, 3, 0)}, ["names 5 axes"]),
    ({"axis_type": "int64"}, ["axis is int64"]),
    ({"constant_axis": False}, ["axis (tensor 1) must be a constant"]),
    ({"output": (1, 1, 1, 3)}, ["[1, 1, 1, 3], not [1, 3]"]),
    ({"shape": (2, 2, 2, 2, 2, 2), "axes": (0, 2, 4)}, ["axes [0, 2, 4]", "not supported"]),
    ({"zero_points": (128, 0)}, ["zero point 128"]),
]

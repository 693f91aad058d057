"""Models of one pool, for the tests of both."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.single import Case, activations, case, generators, int16_zero_points, scales, zero_points
from tests.tflite import Builder

Geometry = dict[str, Any]


def pool(
    name: str,
    *,
    image: tuple[int, ...] = (1, 5, 6, 3),
    taps: tuple[int, int] = (2, 3),
    padding: int = 0,
    strides: tuple[int, int] = (1, 1),
    activation: int = 0,
    zero_point: int = 5,
    output_zero_point: int | None = None,
    scale: float = 0.05,
    output_scale: float | None = None,
    output: tuple[int, ...] | None = None,
    options: bool = True,
    type: str = "int8",
) -> bytes:
    """A model of one pool."""
    b = Builder()
    if output is None:
        sizes = [
            -(-n // s) if padding == 0 else (n - t) // s + 1
            for n, s, t in zip(image[1:3], strides, taps, strict=True)
        ]
        output = (image[0], *sizes, image[3])
    x = b.tensor(image, type, scale, zero_point)
    y = b.tensor(
        output,
        type,
        scale=scale if output_scale is None else output_scale,
        zero_point=zero_point if output_zero_point is None else output_zero_point,
    )
    settings = {
        "padding": padding,
        "strideH": strides[0],
        "strideW": strides[1],
        "filterHeight": taps[0],
        "filterWidth": taps[1],
        "fusedActivationFunction": activation,
    }
    b.operator(name, [x], [y], settings if options else None)
    return b.build([x], [y])


@st.composite
def geometries(draw: st.DrawFn) -> Geometry:
    """Shapes, strides and padding that go together."""
    taps = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    padding = draw(st.integers(0, 1))
    size = [draw(st.integers(n if padding else 1, n + 6)) for n in taps]
    return {
        "image": (draw(st.integers(1, 2)), *size, draw(st.integers(1, 7))),
        "taps": taps,
        "padding": padding,
        "strides": draw(st.tuples(st.integers(1, 4), st.integers(1, 4))),
    }


@st.composite
def cases(draw: st.DrawFn, name: str, type: str = "int8") -> Case:
    """Cases of `name`."""
    rng = draw(generators)
    geometry = draw(geometries())
    point = draw(int16_zero_points if type == "int16" else zero_points)
    model = pool(name, **geometry, activation=draw(activations), zero_point=point, scale=draw(scales()), type=type)
    return case(model, rng, geometry["image"], type=type)


def grow(name: str) -> Callable[[Composer, Made], None]:
    """Return how `name` is added."""

    def add(composer: Composer, x: Made) -> None:
        if window := composer.window(x):
            taps, size, options = window
            output = composer.tensor((x.shape[0], *size, x.shape[3]), like=x)
            composer.add(name, [x.index], output, options | {"filterHeight": taps[0], "filterWidth": taps[1]})

    return add


REFUSED: list[tuple[Geometry, list[str]]] = [
    ({"output_zero_point": 4}, ["zero point 5", "must be the same"]),
    ({"output_scale": 0.06}, ["scale 0.05", "must be the same"]),
    ({"taps": (0, 3)}, ["filter size is 0"]),
    ({"taps": (1 << 30, 3)}, [f"filter size is {1 << 30}"]),
    ({"taps": (6, 3), "padding": 1, "output": (1, 1, 4, 3)}, ["filter spans 6 inputs of 5"]),
    ({"strides": (1, 0), "output": (1, 5, 6, 3)}, ["stride is 0"]),
    ({"padding": -1}, ["padding has the code -1"]),
    ({"output": (1, 5, 6, 4)}, ["[1, 5, 6, 4], not [1, 5, 6, 3]"]),
    ({"image": (5, 6, 3), "output": (1, 5, 6, 3)}, ["input has the shape [5, 6, 3], not 4 dimensions"]),
    ({"activation": 4}, ["activation has the code 4"]),
    ({"options": False}, ["options are missing"]),
]

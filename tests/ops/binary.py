"""Models of one operator on two inputs that are broadcast, for the tests of all such operators."""

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.single import SAMPLES, Case, activations, generators, scales, values, zero_points
from tests.tflite import Builder


def binary(
    name: str,
    *,
    shapes: tuple[tuple[int, ...], tuple[int, ...]] = ((2, 3), (2, 3)),
    output: tuple[int, ...] | None = None,
    constant: np.ndarray | None = None,
    activation: int | None = 0,
    zero_points: tuple[int, int, int] = (1, -2, 3),
    scales: tuple[float | None, float | None, float | None] = (0.05, 0.04, 0.1),
    types: tuple[str, str, str] = ("int8", "int8", "int8"),
) -> bytes:
    """A model of `name`; `constant` is the second input's values where it is no input of the model.

    A scale of None leaves the quantization out; an activation of None the options.
    """
    b = Builder()
    if output is None:
        output = np.broadcast_shapes(*shapes)
    a = b.tensor(shapes[0], types[0], scales[0], zero_points[0])
    c = b.tensor(shapes[1], types[1], scales[1], zero_points[1], data=constant)
    y = b.tensor(output, types[2], scales[2], zero_points[2])
    b.operator(name, [a, c], [y], None if activation is None else {"fusedActivationFunction": activation})
    return b.build([a] if constant is not None else [a, c], [y])


@st.composite
def shape_pairs(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes of up to 6 dimensions that broadcast, often equal ones."""
    shape = draw(st.lists(st.integers(1, 5), max_size=4))
    if draw(st.booleans()):
        return tuple(shape), tuple(shape)
    pair = [[1 if draw(st.booleans()) else n for n in shape] for _ in range(2)]
    cuts = range(len(shape) + 1)
    if draw(st.booleans()):  # three dimensions that broadcast alike; a kernel has no loops for more patterns
        pair = [part[:1] * 3 + part[1:] for part in pair]
        cuts = range(0, len(pair[0]) + 1, 3)
    short = draw(st.integers(0, 1))
    pair[short] = pair[short][draw(st.sampled_from(cuts)) :]
    return tuple(pair[0]), tuple(pair[1])


NO_SCALES = (None, None, None)


@st.composite
def plain_cases(
    draw: st.DrawFn,
    name: str,
    type: str,
    output: str | None = None,
    activation: st.SearchStrategy[int | None] | None = None,
    most: int | None = None,
) -> Case:
    """Cases of `name` on values of `type` without quantization.

    Where there is no `activation`, the model has no options; where `most` is given, no value is farther from 0.
    """
    rng = draw(generators)
    shapes = draw(shape_pairs())
    constant = draw(st.booleans())

    def some(shape: tuple[int, ...]) -> np.ndarray:
        if most is None:
            return values(rng, shape, type)
        return rng.integers(-most, most, size=shape, endpoint=True).astype(type)

    model = binary(
        name,
        shapes=shapes,
        constant=some(shapes[1]) if constant else None,
        activation=None if activation is None else draw(activation),
        scales=NO_SCALES,
        types=(type, type, output or type),
    )
    given = shapes[:1] if constant else shapes
    return Case(model, tuple(tuple(map(some, given)) for _ in range(SAMPLES)))


@st.composite
def cases(
    draw: st.DrawFn,
    name: str,
    output: str = "int8",
    activation: st.SearchStrategy[int | None] = activations,
    scale: st.SearchStrategy[float] = scales(1e-3),  # noqa: B008 - a strategy is a constant
    types: tuple[str, str] = ("int8", "int8"),
    zero_points: st.SearchStrategy[int] = zero_points,
) -> Case:
    """Cases of `name` on inputs of two quantized `types`."""
    rng = draw(generators)
    shapes = draw(shape_pairs())
    constant = draw(st.booleans())
    points = draw(st.tuples(zero_points, zero_points, zero_points))
    drawn = draw(st.tuples(scale, scale, scale))
    alike = draw(st.booleans())  # both inputs have one quantization
    model = binary(
        name,
        shapes=shapes,
        constant=values(rng, shapes[1], types[1]) if constant else None,
        activation=draw(activation),
        zero_points=(points[0], points[0 if alike else 1], points[2]),
        scales=(drawn[0], drawn[0 if alike else 1], drawn[2] if output != "bool" else None),
        types=(*types, output),
    )
    given = list(zip(shapes, types, strict=True))[: 1 if constant else 2]
    return Case(model, tuple(tuple(values(rng, *each) for each in given) for _ in range(SAMPLES)))


def int16_cases(
    name: str,
    activation: st.SearchStrategy[int | None] = activations,
    zero_points: st.SearchStrategy[int] = st.just(0),  # noqa: B008 - a strategy is a constant
    second: str = "int16",
) -> st.SearchStrategy[Case]:
    """Cases of `name` on int16; the second input may be of another type."""
    return cases(name, "int16", activation, types=("int16", second), zero_points=zero_points)


def grow(name: str, output: str | None = None, activation: bool = True) -> Callable[[Composer, Made], None]:
    """Return how `name` is added to x and a tensor of its shape, which may be x, or one element."""

    def add(composer: Composer, x: Made) -> None:
        draw = composer.random
        other = composer.pick(lambda t: t.shape == x.shape and t.type == x.type).index
        if draw.random() < 0.2 and x.type == "int8":
            data = np.array([draw.randint(-128, 127)], np.int8)
            other = composer.model.tensor([1], scale=0.1, data=data)
        pair = draw.sample([x.index, other], 2)
        made = composer.tensor(x.shape, type=x.type) if output is None else composer.plain(x.shape, output)
        options = {"fusedActivationFunction": draw.choice([0, 1])} if activation else None
        composer.add(name, pair, made, options)

    return add

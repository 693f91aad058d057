"""Models of one operator on two inputs, for the tests of ADD and MUL."""

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.single import Case, activations, case, generators, scales, values, zero_points
from tests.tflite import Builder


def binary(
    name: str,
    *,
    shapes: tuple[tuple[int, ...], tuple[int, ...]] = ((2, 3), (2, 3)),
    output: tuple[int, ...] | None = None,
    constant: np.ndarray | None = None,
    activation: int | None = 0,
    zero_points: tuple[int, int, int] = (1, -2, 3),
    scales: tuple[float, float, float] = (0.05, 0.04, 0.1),
    types: tuple[str, str, str] = ("int8", "int8", "int8"),
) -> bytes:
    """A model of `name`; `constant` is the second input's values where it is no input of the model."""
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
    if draw(st.booleans()):  # three dimensions that broadcast alike
        pair = [part[:1] * 3 + part[1:] for part in pair]
    short = draw(st.integers(0, 1))
    pair[short] = pair[short][draw(st.integers(0, len(pair[short]))) :]
    return tuple(pair[0]), tuple(pair[1])


@st.composite
def cases(draw: st.DrawFn, name: str) -> Case:
    """Cases of `name`."""
    rng = draw(generators)
    shapes = draw(shape_pairs())
    constant = draw(st.booleans())
    model = binary(
        name,
        shapes=shapes,
        constant=values(rng, shapes[1]) if constant else None,
        activation=draw(activations),
        zero_points=draw(st.tuples(zero_points, zero_points, zero_points)),
        scales=draw(st.tuples(scales(1e-3), scales(1e-3), scales(1e-3))),
    )
    return case(model, rng, *(shapes[:1] if constant else shapes))


def grow(name: str) -> Callable[[Composer, Made], None]:
    """Return how `name` is added to x and a tensor of its shape, which may be x, or one element."""

    def add(composer: Composer, x: Made) -> None:
        draw = composer.random
        other = composer.pick(lambda t: t.shape == x.shape and t.type == x.type).index
        if draw.random() < 0.2:
            data = np.array([draw.randint(-128, 127)], np.int8)
            other = composer.model.tensor([1], scale=0.1, data=data)
        pair = draw.sample([x.index, other], 2)
        composer.add(name, pair, composer.tensor(x.shape), {"fusedActivationFunction": draw.choice([0, 1])})

    return add

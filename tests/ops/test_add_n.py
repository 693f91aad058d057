import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.single import Case, case, exact, examples, generators, refused, scales, values, zero_points
from tests.tflite import Builder


def model(
    inputs: int = 3,
    *,
    shape: tuple[int, ...] = (2, 3),
    constant: np.ndarray | None = None,
    pair: tuple[float, float] = (0.1, 0.2),
    zero_points: tuple[int, int] = (0, 3),
    last: dict[str, object] | None = None,
) -> bytes:
    """A model of ADD_N; `constant` is one more input, the first, `last` changes the last one that is none."""
    b = Builder()
    form = {"shape": shape, "scale": pair[0], "zero_point": zero_points[0]}
    given = [b.tensor(**(form | (last or {}) if i == inputs - 1 else form)) for i in range(inputs)]
    added = [*([] if constant is None else [b.tensor(**form, data=constant)]), *given]
    y = b.tensor(shape, scale=pair[1], zero_point=zero_points[1])
    b.operator("ADD_N", added, [y], {})
    return b.build(given, [y])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rng = draw(generators)
    inputs, shape = draw(st.integers(2, 7)), tuple(draw(st.lists(st.integers(1, 6), max_size=4)))
    constant = values(rng, shape) if draw(st.booleans()) else None
    pair, point = draw(st.tuples(scales(1e-3), scales(1e-3))), draw(zero_points)
    drawn = model(inputs, shape=shape, constant=constant, pair=pair, zero_points=(0, point))
    return case(drawn, rng, *[shape] * inputs)


CASES = {"int8": cases()}
SMALL = (lambda _: model(2),)


def grow(composer: Composer, x: Made) -> None:
    """Add x, twice or three times, where its zero point is 0."""
    if x.zero_point == 0:
        composer.add("ADD_N", [x.index] * composer.random.randint(2, 3), composer.tensor(x.shape), {})


@examples
@given(CASES["int8"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"inputs": 9}, "it has 9 inputs, not 2 or 3"),
        ({"inputs": 1}, "it has 1 inputs"),
        ({"zero_points": (1, 0)}, "zero point 1; TFLM adds rightly only with 0"),
        ({"last": {"scale": 0.2}}, "input 2 is not quantized as input 0"),
        ({"last": {"shape": (3, 2)}}, "input 2 has the shape [3, 2], not [2, 3]"),
        ({"last": {"type": "int16"}}, "input 2 is int16"),
        ({"pair": (1.0, 2.0**-19)}, "output's scale 1.90735e-06 is too small"),
    ],
)
def test_refuses(change: dict[str, object], words: str) -> None:
    refused(model(**change), words)  # type: ignore[arg-type]

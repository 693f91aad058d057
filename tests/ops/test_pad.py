import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import MOST_ELEMENTS, Composer, Made
from tests.ops.single import Case, case, exact, examples, generators, refused, zero_points
from tests.tflite import Builder


def pad(
    shape: tuple[int, ...] = (1, 3, 4, 2),
    paddings: tuple[tuple[int, int], ...] = ((0, 0), (1, 2), (3, 0), (0, 0)),
    *,
    zero_point: int = 5,
    value: int | None = None,
    value_scale: float = 0.1,
    output: tuple[int, ...] | None = None,
    padding_type: str = "int32",
    constant_padding: bool = True,
) -> bytes:
    """A model of one PAD."""
    b = Builder()
    if output is None:
        output = tuple(n + sum(pair) for n, pair in zip(shape, paddings, strict=False))
    x = b.tensor(shape, scale=0.1, zero_point=zero_point)
    data = np.array(paddings, padding_type) if constant_padding else None
    inputs = [x, b.tensor((len(paddings), 2), padding_type, data=data)]
    if value is not None:
        inputs.append(b.tensor((1,), scale=value_scale, zero_point=zero_point, data=np.array([value], np.int8)))
    y = b.tensor(output, scale=0.1, zero_point=zero_point)
    b.operator("PAD", inputs, [y], {})
    return b.build([x] if constant_padding else inputs[:2], [y])


@st.composite
def forms(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """A shape of up to 4 dimensions and its paddings, often none."""
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)))
    sizes = st.just(0) | st.integers(0, 3)
    return shape, tuple(draw(st.tuples(sizes, sizes)) for _ in shape)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rng = draw(generators)
    shape, paddings = draw(forms())
    return case(
        pad(shape, paddings, zero_point=draw(zero_points), value=draw(st.none() | zero_points)), rng, shape
    )


CASES = {"int8": cases()}
SMALL = (lambda _: pad(),)


def grow(composer: Composer, x: Made) -> None:
    draw = composer.random
    widths = [[draw.choice([0, 0, 1, 2]), draw.choice([0, 1])] for _ in x.shape]
    shape = [n + before + after for n, (before, after) in zip(x.shape, widths, strict=True)]
    if math.prod(shape) <= MOST_ELEMENTS:
        composer.add("PAD", [x.index, composer.int32s(widths)], composer.tensor(shape, like=x), {})


@examples
@given(CASES["int8"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"paddings": ((0, 0), (-1, 2), (0, 0), (0, 0))}, ["(-1, 2)", "must not be negative"]),
        ({"paddings": ((0, 0), (1, 2)), "output": (1, 6, 4, 2)}, ["padding has the shape [2, 2], not [4, 2]"]),
        (
            {"paddings": ((0, 0), ((1 << 31) - 1, 2), (0, 0), (0, 0)), "output": (1, 3, 4, 2)},
            ["not [1, 2147483652"],
        ),
        ({"output": (1, 6, 4, 2)}, ["[1, 6, 4, 2], not [1, 6, 7, 2]"]),
        ({"padding_type": "int64"}, ["padding is int64"]),
        ({"constant_padding": False}, ["padding (tensor 1) must be a constant"]),
        ({"value": 1, "value_scale": 0.2}, ["padding value"]),
        ({"shape": (2,) * 5, "paddings": ((1, 1),) * 5}, ["pads 5 dimensions"]),
        ({"shape": (1,) * 6, "paddings": ((0, 0),) * 6}, ["6 dimensions; at most 5"]),
        ({"zero_point": 130}, ["zero point 130"]),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(pad(**change), *words)

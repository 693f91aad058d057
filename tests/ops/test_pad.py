import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import MOST_ELEMENTS, Composer, Made
from tests.ops.moves import few
from tests.ops.single import Case, case, exact, examples, generators, refused, zero_points
from tests.tflite import Builder


def pad(
    shape: tuple[int, ...] = (1, 3, 4, 2),
    paddings: tuple[tuple[int, int], ...] = ((0, 0), (1, 2), (3, 0), (0, 0)),
    *,
    zero_point: int = 5,
    value: int | None = None,
    value_scale: float = 0.1,
    constant_value: bool = True,
    output: tuple[int, ...] | None = None,
    padding_type: str = "int32",
    constant_padding: bool = True,
    name: str = "PAD",
    type: str = "int8",
) -> bytes:
    """A model of one PAD or PADV2; a value that is no constant is its second input."""
    b = Builder()
    if output is None:
        output = tuple(n + sum(pair) for n, pair in zip(shape, paddings, strict=False))
    scale = 0.1 if type == "int8" else None
    x = b.tensor(shape, type, scale, zero_point)
    data = np.array(paddings, padding_type) if constant_padding else None
    inputs = [x, b.tensor((len(paddings), 2), padding_type, data=data)]
    given = [x] if constant_padding else inputs[:]
    if value is not None:
        number = np.array([value], type) if constant_value else None
        inputs.append(b.tensor((1,), type, scale and value_scale, zero_point, data=number))
        given += inputs[2:] if number is None else []
    y = b.tensor(output, type, scale, zero_point)
    b.operator(name, inputs, [y], {})
    return b.build(given, [y])


@st.composite
def forms(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """A shape of up to 5 dimensions and its paddings, often none."""
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=5)))
    sizes = st.just(0) | st.integers(0, 3)
    return shape, tuple(draw(st.tuples(sizes, sizes)) for _ in shape)


@st.composite
def cases(draw: st.DrawFn, name: str, type_: str) -> Case:
    rng = draw(generators)
    shape, paddings = draw(forms())
    value, constant = draw(st.none() | zero_points), draw(st.booleans())
    model = pad(
        shape, paddings, zero_point=draw(zero_points), value=value, constant_value=constant, name=name, type=type_
    )
    return case(model, rng, shape, *([] if value is None or constant else [(1,)]), type=type_)


TYPES = ("int8", "int16", "int32", "float32")
CASES = {type_: cases("PAD", type_) for type_ in TYPES}
SMALL = (lambda _: pad(), lambda _: pad(type="int16"))


def grow(composer: Composer, x: Made) -> None:
    draw = composer.random
    widths = [[draw.choice([0, 0, 1, 2]), draw.choice([0, 1])] for _ in x.shape]
    shape = [n + before + after for n, (before, after) in zip(x.shape, widths, strict=True)]
    if math.prod(shape) <= MOST_ELEMENTS:
        composer.add("PAD", [x.index, composer.int32s(widths)], composer.tensor(shape, like=x), {})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @(examples if type_ == "int8" else few)
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


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
        ({"shape": (1,) * 6, "paddings": ((0, 0),) * 6}, ["6 dimensions; at most 5"]),
        ({"zero_point": 130}, ["zero point 130"]),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(pad(**change), *words)

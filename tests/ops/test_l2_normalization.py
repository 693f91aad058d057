from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, agrees, case, exact, examples, generators, refused, scales, zero_points


def l2_normalization(
    shape: tuple[int, ...] = (2, 10),
    *,
    scale: float = 0.1,
    output_scale: float = 1 / 128,
    zero_points: tuple[int, int] = (3, 0),
    output: tuple[int, ...] | None = None,
    activation: int | None = 0,
    types: tuple[str, str] = ("int8", "int8"),
) -> bytes:
    """A model of one L2_NORMALIZATION."""
    return unary.unary(
        "L2_NORMALIZATION",
        shape=shape,
        output=output,
        scales=(scale, output_scale),
        zero_points=zero_points,
        types=types,
        options=None if activation is None else {"fusedActivationFunction": activation},
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Rows of any values, or of values near the zero point, whose sums are small."""
    rng = draw(generators)
    shape = (*draw(st.lists(st.integers(1, 3), max_size=3)), draw(st.integers(1, 30) | st.just(700)))
    zero_point = draw(zero_points)
    drawn = case(l2_normalization(shape, scale=draw(scales()), zero_points=(zero_point, 0)), rng, shape)
    near = draw(st.sampled_from([None, 1, 4]))
    if near is None:
        return drawn
    values = [np.clip(zero_point + rng.integers(-near, near + 1, shape), -128, 127) for _ in drawn.samples]
    return Case(drawn.model, tuple((value.astype(np.int8),) for value in values))


CASES = {"int8": cases()}
SMALL = (lambda _: l2_normalization(),)


def grow(composer: Composer, x: Made) -> None:
    if len(x.shape) <= 4:
        output = composer.quantized(x.shape, 1 / 128, 0)
        composer.add("L2_NORMALIZATION", [x.index], output, {"fusedActivationFunction": 0})


@examples
@given(CASES["int8"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


def test_every_small_sum_agrees_with_tflm() -> None:
    pairs = np.stack(np.meshgrid(np.arange(48), np.arange(48)), axis=-1).reshape(-1, 2).astype(np.int8)
    agrees(l2_normalization(pairs.shape, zero_points=(0, 0)), pairs)


def test_a_sum_near_the_end_of_31_bits_agrees_with_tflm() -> None:
    model = l2_normalization((1, 33025), zero_points=(-128, 0), activation=None)
    agrees(model, np.full((1, 33025), 127, np.int8))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shape": ()}, ["shape []; 1 to 4 dimensions"]),
        ({"shape": (1, 1, 1, 1, 2)}, ["shape [1, 1, 1, 1, 2]"]),
        ({"shape": (1, 33026)}, ["at most 33025"]),
        ({"activation": 1}, ["activation has the code 1"]),
        ({"output_scale": 1 / 127}, ["scale 0.00787402", "not 1/128 and 0"]),
        ({"zero_points": (0, 1)}, ["zero point 1"]),
        ({"output": (20,)}, ["[20], not [2, 10]"]),
        ({"types": ("int8", "int16")}, ["output is int16"]),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(l2_normalization(**change), *words)

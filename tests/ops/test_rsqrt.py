import numpy as np
import pytest
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, agrees, refused, scales, zero_points


@st.composite
def cases(draw: st.DrawFn) -> Case:
    points = draw(st.tuples(zero_points, zero_points))
    # From 0 on: below, TFLM's inference fails.
    inputs = np.arange(points[0], 128).astype(np.int8)
    model = unary.unary(
        "RSQRT",
        shape=inputs.shape,
        scales=(draw(scales(1e-6, 1e2)), draw(scales(1e-2, 1.0) | scales(1e-4, 1e2))),
        zero_points=points,
    )
    return Case(model, ((inputs,),))


CASES = {"int8": cases()}
SMALL = (lambda _: unary.unary("RSQRT"),)


def grow(composer: Composer, x: Made) -> None:
    """Add RELU, whose results are not below 0, and RSQRT."""
    positive = composer.tensor(x.shape)
    composer.add("RELU", [x.index], positive)
    composer.add("RSQRT", [positive.index], composer.tensor(x.shape))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        *unary.REFUSED,
        ({"scales": (1e-30, 1e-30)}, ["scales 1e-30 and 1e-30 are too far apart"]),
        ({"scales": (100.0, 1000.0)}, ["are too far apart"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("RSQRT", **change), *words)  # type: ignore[arg-type]


def test_factors_that_vanish_give_the_zero_point() -> None:
    model = unary.unary("RSQRT", shape=(127,), scales=(1e30, 1e30), zero_points=(0, 5))
    agrees(model, np.arange(1, 128).astype(np.int8))


def test_factors_are_computed_as_64_bit_floats() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):  # results next to a tie, which 32-bit floats may put on its other side
        scale, value, steps = rng.uniform(0.001, 1), int(rng.integers(2, 256)), int(rng.integers(3, 120))
        output = 1 / np.sqrt(scale * value) / (steps + 0.5)
        agrees(unary.unary("RSQRT", scales=(scale, output), zero_points=(-128, 0)), unary.EVERY_INT8)

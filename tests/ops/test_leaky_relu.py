import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, agrees, generators, int16_zero_points, refused, scales, zero_points

alphas = st.sampled_from([0.0, 0.1, 0.2, 0.3, 1.0]) | st.floats(-2, 2, width=32)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    pair = draw(st.tuples(scales(1e-4), scales(1e-4)) | st.tuples(scales(1e-6, 1e6), scales(1e-6, 1e6)))
    assume(pair[0] / pair[1] < 2.0**28)  # beyond, TFLM shifts by more bits than an integer has
    points = draw(st.tuples(zero_points, zero_points))
    return unary.every("LEAKY_RELU", scales=pair, zero_points=points, options={"alpha": draw(alphas)})


@st.composite
def int16_cases(draw: st.DrawFn) -> Case:
    pair = draw(st.tuples(scales(1e-4), scales(1e-4)) | st.tuples(scales(1e-6, 1e6), scales(1e-6, 1e6)))
    assume(pair[0] / pair[1] < 2.0**28)  # beyond, TFLM shifts by more bits than an integer has
    form = {
        "types": ("int16", "int16"),
        "scales": pair,
        "zero_points": draw(st.tuples(int16_zero_points, int16_zero_points)),
    }
    return unary.sampled(
        draw(generators), "LEAKY_RELU", draw(st.integers(2, 400)), **form, options={"alpha": draw(alphas)}
    )


CASES = {"int8": cases(), "int16": int16_cases()}
_INT16 = {"types": ("int16", "int16"), "zero_points": (0, 0)}
GROWS_ON = ("int8", "int16")
SMALL = (
    lambda _: unary.unary("LEAKY_RELU", options={"alpha": 0.2}),
    lambda _: unary.unary("LEAKY_RELU", shape=(20,), **_INT16, options={"alpha": 0.2}),
)


def grow(composer: Composer, x: Made) -> None:
    composer.add(
        "LEAKY_RELU", [x.index], composer.tensor(x.shape, type=x.type), {"alpha": composer.random.uniform(0, 0.5)}
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        *unary.REFUSED_WIDE,
        ({"options": None}, ["options are missing"]),
        ({"options": {"alpha": float("nan")}}, ["alpha is nan"]),
        ({"options": {"alpha": 1e30}}, ["ask for a factor of 1e+30"]),
        ({"scales": (1.0, 2.0**-31)}, ["factor of 2.14748e+09"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("LEAKY_RELU", **{"options": {"alpha": 0.2}} | change), *words)  # type: ignore[arg-type]


def test_scales_are_divided_as_64_bit_floats() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):  # results next to a tie, which a quotient of 32 bits often puts on its other side
        scale, value, steps = rng.uniform(0.01, 1), int(rng.integers(20, 127)), int(rng.integers(3, 120))
        output = scale * 0.3 * value / (steps + 0.5)
        agrees(
            unary.unary("LEAKY_RELU", scales=(scale, output), zero_points=(0, 0), options={"alpha": 0.3}),
            unary.EVERY_INT8,
        )

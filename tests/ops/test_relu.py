import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, agrees, exact, examples, generators, refused, scales, zero_points


@st.composite
def cases(draw: st.DrawFn) -> Case:
    pair = draw(st.tuples(scales(1e-6, 1e6), scales(1e-6, 1e6)))
    assume(pair[0] / pair[1] < 2.0**30)  # beyond, TFLM shifts by more bits than an integer has
    return unary.every("RELU", scales=pair, zero_points=draw(st.tuples(zero_points, zero_points)))


@st.composite
def int16_cases(draw: st.DrawFn) -> Case:
    pair = draw(st.tuples(scales(1e-4), scales(1e-4)) | st.tuples(scales(1e-6, 1e6), scales(1e-6, 1e6)))
    assume(pair[0] / pair[1] < 2.0**28)  # beyond, TFLM shifts by more bits than an integer has
    form = {"types": ("int16", "int16"), "scales": pair, "zero_points": (0, 0)}
    return unary.sampled(draw(generators), "RELU", draw(st.integers(2, 400)), **form)


CASES = {"int8": cases(), "int16": int16_cases()}
_INT16 = {"types": ("int16", "int16"), "zero_points": (0, 0)}
GROWS_ON = ("int8", "int16")
SMALL = (lambda _: unary.unary("RELU"), lambda _: unary.unary("RELU", shape=(20,), **_INT16))


def grow(composer: Composer, x: Made) -> None:
    composer.add("RELU", [x.index], composer.tensor(x.shape, type=x.type))


@examples
@given(CASES["int8"])
def test_agrees_with_tflm_on_every_value(drawn: Case) -> None:
    exact(drawn)


def test_scales_are_divided_as_64_bit_floats() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):  # results next to a tie, which a quotient of 32 bits often puts on its other side
        scale, value, steps = rng.uniform(0.01, 1), int(rng.integers(20, 127)), int(rng.integers(3, 120))
        model = unary.unary("RELU", scales=(scale, scale * value / (steps + 0.5)), zero_points=(0, 0))
        agrees(model, unary.EVERY_INT8)


@pytest.mark.parametrize(
    ("change", "words"), [*unary.REFUSED_SYMMETRIC, ({"scales": (1.0, 2.0**-31)}, ["factor of 2.14748e+09"])]
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("RELU", **change), *words)  # type: ignore[arg-type]

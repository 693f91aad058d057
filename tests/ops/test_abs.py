import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, agrees, generators, refused, scales, zero_points


@st.composite
def cases(draw: st.DrawFn) -> Case:
    pair = draw(st.tuples(scales(1e-6, 1e6), scales(1e-6, 1e6)) | scales().map(lambda s: (s, s)))
    assume(pair[0] / pair[1] < 2.0**29)  # beyond, TFLM shifts by more bits than an integer has
    return unary.every("ABS", scales=pair, zero_points=draw(st.tuples(zero_points, zero_points)))


@st.composite
def int16_cases(draw: st.DrawFn) -> Case:
    pair = draw(st.tuples(scales(1e-4), scales(1e-4)) | st.tuples(scales(1e-6, 1e6), scales(1e-6, 1e6)))
    assume(pair[0] / pair[1] < 2.0**28)  # beyond, TFLM shifts by more bits than an integer has
    form = {"types": ("int16", "int16"), "scales": pair, "zero_points": (0, 0)}
    return unary.sampled(draw(generators), "ABS", draw(st.integers(2, 400)), **form)


CASES = {"int8": cases(), "int16": int16_cases()}
_INT16 = {"types": ("int16", "int16"), "zero_points": (0, 0)}
GROWS_ON = ("int8", "int16")
SMALL = (
    lambda _: unary.unary("ABS"),
    lambda _: unary.unary("ABS", scales=(0.1, 0.07)),
    lambda _: unary.unary("ABS", shape=(20,), **_INT16),
)


def grow(composer: Composer, x: Made) -> None:
    composer.add("ABS", [x.index], composer.tensor(x.shape, type=x.type))


@pytest.mark.parametrize(
    ("change", "words"), [*unary.REFUSED_SYMMETRIC, ({"scales": (1.0, 2.0**-31)}, ["factor of 2.14748e+09"])]
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("ABS", **change), *words)  # type: ignore[arg-type]


def test_scales_are_divided_as_64_bit_floats() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):  # results next to a tie, which a quotient of 32 bits often puts on its other side
        scale, value, steps = rng.uniform(0.01, 1), int(rng.integers(20, 127)), int(rng.integers(3, 120))
        output = scale * value / (steps + 0.5)
        agrees(unary.unary("ABS", scales=(scale, output), zero_points=(0, 0)), unary.EVERY_INT8)


def test_every_int16_agrees_with_tflm() -> None:
    for pair in ((0.1, 0.07), (1e-3, 1e-3), (2e-4, 3e-4)):
        model = unary.unary("ABS", shape=(65536,), scales=pair, **_INT16)
        agrees(model, unary.EVERY_INT16)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, exact, examples, generators, refused, scales, zero_points


@st.composite
def cases(draw: st.DrawFn) -> Case:
    scale, point = draw(scales(1e-6, 1e6)), draw(zero_points)
    return unary.every("RELU6", scales=(scale, scale), zero_points=(point, point))


@st.composite
def int16_cases(draw: st.DrawFn) -> Case:
    scale = draw(scales(1e-6, 1e6) | scales(1e-4, 1e-2))
    form = {"types": ("int16", "int16"), "scales": (scale, scale), "zero_points": (0, 0)}
    return unary.sampled(draw(generators), "RELU6", draw(st.integers(2, 400)), **form)


CASES = {"int8": cases(), "int16": int16_cases()}
_INT16 = {"types": ("int16", "int16"), "zero_points": (0, 0)}
GROWS_ON = ("int8", "int16")
SMALL = (lambda _: unary.unary("RELU6"), lambda _: unary.unary("RELU6", shape=(20,), **_INT16))


def grow(composer: Composer, x: Made) -> None:
    composer.add("RELU6", [x.index], composer.tensor(x.shape, like=x))


@examples
@given(CASES["int8"])
def test_agrees_with_tflm_on_every_value(drawn: Case) -> None:
    exact(drawn)


@pytest.mark.parametrize(
    ("change", "words"), [*unary.REFUSED_SYMMETRIC, ({"scales": (1e-12, 1e-12)}, ["scale 1e-12 is too small"])]
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("RELU6", **change), *words)  # type: ignore[arg-type]

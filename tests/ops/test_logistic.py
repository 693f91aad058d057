import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, exact, examples, refused, scales, zero_points


@st.composite
def cases(draw: st.DrawFn) -> Case:
    point, scale = draw(zero_points), draw(scales(2.0**-28, 2.0**20))
    return unary.every("LOGISTIC", scales=(scale, 1 / 256), zero_points=(point, -128))


CASES = {"int8": cases()}
SMALL = (lambda _: unary.unary("LOGISTIC", scales=(0.1, 1 / 256), zero_points=(0, -128)),)


def grow(composer: Composer, x: Made) -> None:
    composer.add("LOGISTIC", [x.index], composer.quantized(x.shape, 1 / 256, -128))


@examples
@given(CASES["int8"])
def test_agrees_with_tflm_on_every_value(drawn: Case) -> None:
    exact(drawn)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        *unary.REFUSED,
        ({"zero_points": (0, -127)}, ["output has the zero point -127, not -128"]),
        ({"zero_points": (0, -128), "scales": (2.0**-29, 1 / 256)}, ["scale 1.86265e-09"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("LOGISTIC", **change), *words)  # type: ignore[arg-type]

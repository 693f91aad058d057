import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, exact, examples, refused, scales, zero_points


@st.composite
def cases(draw: st.DrawFn) -> Case:
    scale, point = draw(scales(1e-6, 1e6)), draw(zero_points)
    return unary.every("RELU6", scales=(scale, scale), zero_points=(point, point))


CASES = {"int8": cases()}
SMALL = (lambda _: unary.unary("RELU6"),)


def grow(composer: Composer, x: Made) -> None:
    composer.add("RELU6", [x.index], composer.tensor(x.shape, like=x))


@examples
@given(CASES["int8"])
def test_agrees_with_tflm_on_every_value(drawn: Case) -> None:
    exact(drawn)


@pytest.mark.parametrize(
    ("change", "words"), [*unary.REFUSED, ({"scales": (1e-12, 1e-12)}, ["scale 1e-12 is too small"])]
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("RELU6", **change), *words)  # type: ignore[arg-type]

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, exact, examples, refused, scales, zero_points


@st.composite
def cases(draw: st.DrawFn) -> Case:
    point, scale = draw(zero_points), draw(scales(1e-37, 1e36))
    return unary.every("DEQUANTIZE", types=("int8", "float32"), scales=(scale, None), zero_points=(point, 0))


CASES = {"int8->float32": cases()}
SMALL = (lambda _: unary.unary("DEQUANTIZE", types=("int8", "float32"), scales=(0.1, None)),)


def grow(composer: Composer, x: Made) -> None:
    """Leave it to the composer, which ends models with it."""


@examples
@given(CASES["int8->float32"])
def test_agrees_with_tflm_on_every_value(drawn: Case) -> None:
    exact(drawn)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"types": ("int16", "float32")}, ["input is int16"]),
        ({"types": ("int8", "int8")}, ["output is int8"]),
        ({"types": ("int8", "float32"), "output": (16, 16)}, ["[16, 16], not [256]"]),
        ({"types": ("int8", "float32"), "zero_points": (128, 0)}, ["zero point 128"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("DEQUANTIZE", **change), *words)  # type: ignore[arg-type]

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import (
    Case,
    exact,
    examples,
    generators,
    int16_zero_points,
    refused,
    scales,
    zero_points,
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    point, scale = draw(zero_points), draw(scales(1e-37, 1e36))
    return unary.every("DEQUANTIZE", types=("int8", "float32"), scales=(scale, None), zero_points=(point, 0))


@st.composite
def int16_cases(draw: st.DrawFn) -> Case:
    form = {"scales": (draw(scales(1e-37, 1e33)), None), "zero_points": (draw(int16_zero_points), 0)}
    return unary.sampled(draw(generators), "DEQUANTIZE", draw(st.integers(2, 300)), types=_INT16, **form)


@st.composite
def uint8_cases(draw: st.DrawFn) -> Case:
    point, scale = draw(zero_points) + 128, draw(scales(1e-37, 1e36))
    return unary.every("DEQUANTIZE", types=("uint8", "float32"), scales=(scale, None), zero_points=(point, 0))


_INT16 = ("int16", "float32")
CASES = {"int8->float32": cases(), "int16->float32": int16_cases(), "uint8->float32": uint8_cases()}
SMALL = (
    lambda _: unary.unary("DEQUANTIZE", types=("int8", "float32"), scales=(0.1, None)),
    lambda _: unary.unary("DEQUANTIZE", shape=(20,), types=_INT16, scales=(0.1, None)),
    lambda _: unary.unary("DEQUANTIZE", shape=(20,), types=("uint8", "float32"), scales=(0.1, None)),
)


def grow(composer: Composer, x: Made) -> None:
    """Leave it to the composer, which ends models with it."""


@pytest.mark.parametrize("types", sorted(CASES))
@examples
@given(st.data())
def test_agrees_with_tflm(types: str, data: st.DataObject) -> None:
    exact(data.draw(CASES[types]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"types": ("int32", "float32")}, ["input is int32; supported: int8, int16, uint8"]),
        ({"types": ("int8", "int8")}, ["output is int8"]),
        ({"types": ("int8", "float32"), "output": (16, 16)}, ["[16, 16], not [256]"]),
        ({"types": ("int8", "float32"), "zero_points": (128, 0)}, ["zero point 128"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("DEQUANTIZE", **change), *words)  # type: ignore[arg-type]

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.host import host
from tests.ops import unary
from tests.ops.single import Case, agrees, exact, examples, generators, refused, scales, zero_points
from tinyml import ops
from tinyml.graph import read


@st.composite
def floats(draw: st.DrawFn) -> Case:
    """Steps, halves between them, and values far out, but within 32 bits: beyond, TFLM's result is undefined."""
    rng = draw(generators)
    scale, point, size = draw(scales(1e-6, 1e6)), draw(zero_points), draw(st.integers(1, 300))
    steps = [rng.integers(-300, 300, size) / 2, rng.uniform(-200, 200, size), rng.uniform(-1e9, 1e9, size)]
    model = unary.unary(
        "QUANTIZE", shape=(size,), types=("float32", "int8"), scales=(None, scale), zero_points=(0, point)
    )
    return Case(model, tuple(((choice * scale).astype(np.float32),) for choice in steps))


@st.composite
def integers(draw: st.DrawFn, type: str) -> Case:
    pair = draw(st.tuples(scales(1e-4, 1e4), scales(1e-4, 1e4)))
    point = draw(zero_points)
    low = 128 if type == "uint8" else 0
    return unary.every("QUANTIZE", types=(type, "int8"), scales=pair, zero_points=(draw(zero_points) + low, point))


CASES = {"float32->int8": floats(), "int8->int8": integers("int8"), "uint8->int8": integers("uint8")}
SMALL = (lambda _: unary.unary("QUANTIZE", types=("float32", "int8"), scales=(None, 0.1)),)


def grow(composer: Composer, x: Made) -> None:
    composer.add("QUANTIZE", [x.index], composer.tensor(x.shape))


@pytest.mark.parametrize("types", sorted(CASES))
@examples
@given(st.data())
def test_agrees_with_tflm(types: str, data: st.DataObject) -> None:
    exact(data.draw(CASES[types]))


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_a_shift_by_128_agrees_with_tflm(scale: float) -> None:
    model = unary.unary("QUANTIZE", types=("uint8", "int8"), scales=(scale, scale), zero_points=(130, 2))
    agrees(model, unary.EVERY_UINT8)


def test_floats_beyond_32_bits_saturate_and_not_a_number_is_zero() -> None:
    floats = np.array([np.inf, -np.inf, 3e38, -3e38, np.nan], np.float32)
    model = unary.unary("QUANTIZE", shape=(5,), types=("float32", "int8"), scales=(None, 1e-3), zero_points=(0, 7))
    graph = read(model)
    assert host().run(graph, ops.lower(graph), [floats])[1].tolist() == [127, -128, 127, -128, 7]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"types": ("int32", "int8")}, ["input is int32", "supported: float32, int8, uint8"]),
        ({"types": ("int8", "uint8")}, ["output is uint8"]),
        ({"types": ("uint8", "int8"), "zero_points": (-1, 0)}, ["zero point -1; 0 to 255"]),
        ({"output": (128,)}, ["[128], not [256]"]),
        ({"types": ("float32", "int8"), "scales": (None, [0.1] * 256)}, ["256 scales, not 1"]),
        ({"scales": (1e10, 1e-10)}, ["factor of 1e+20"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("QUANTIZE", **change), *words)  # type: ignore[arg-type]

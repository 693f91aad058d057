import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.host import host
from tests.ops import unary
from tests.ops.single import (
    Case,
    agrees,
    exact,
    examples,
    generators,
    int16_zero_points,
    refused,
    scales,
    zero_points,
)
from tinyml import ops
from tinyml.graph import read


@st.composite
def floats(draw: st.DrawFn, type: str = "int8") -> Case:
    """Steps, halves between them, and values far out, but within 32 bits: beyond, TFLM's result is undefined."""
    rng = draw(generators)
    points, reach = (zero_points, 300) if type == "int8" else (int16_zero_points, 70000)
    scale, point, size = draw(scales(1e-6, 1e6)), draw(points), draw(st.integers(1, 300))
    near = rng.integers(-2 * reach, 2 * reach, size)
    steps = [near / 2, rng.uniform(-reach, reach, size), rng.uniform(-1e9, 1e9, size)]
    model = unary.unary(
        "QUANTIZE", shape=(size,), types=("float32", type), scales=(None, scale), zero_points=(0, point)
    )
    return Case(model, tuple(((choice * scale).astype(np.float32),) for choice in steps))


@st.composite
def integers(draw: st.DrawFn, type: str, to: str) -> Case:
    pair = draw(st.tuples(scales(1e-4, 1e4), scales(1e-4, 1e4)))
    low, high = (128 if each == "uint8" else 0 for each in (type, to))
    points = (draw(zero_points) + low, draw(zero_points) + high)
    return unary.every("QUANTIZE", types=(type, to), scales=pair, zero_points=points)


_POINTS = {
    "int8": zero_points,
    "int16": int16_zero_points,
    "int32": st.just(0) | st.integers(1 - (1 << 31), (1 << 31) - 2),
}


@st.composite
def wide(draw: st.DrawFn, type: str, to: str) -> Case:
    """To or from more than 8 bits. What wraps at 32 bits is undefined in TFLM, though it does wrap."""
    pair = draw(st.tuples(scales(1e-4, 1e4), scales(1e-4, 1e4)) | st.tuples(scales(1e-4), scales(1e-4)))
    points = (draw(_POINTS[type]), draw(_POINTS[to]))
    form = {"types": (type, to), "scales": pair, "zero_points": points}
    return unary.sampled(draw(generators), "QUANTIZE", draw(st.integers(2, 300)), **form)


_BYTES = (("int8", "int8"), ("uint8", "int8"), ("int8", "uint8"))
_WIDE = (
    ("int16", "int8"),
    ("int32", "int8"),
    ("int8", "int16"),
    ("int16", "int16"),
    ("int32", "int16"),
    ("int8", "int32"),
    ("int16", "int32"),
)
CASES = {
    "float32->int8": floats(),
    "float32->int16": floats("int16"),
    **{f"{type}->{to}": integers(type, to) for type, to in _BYTES},
    **{f"{type}->{to}": wide(type, to) for type, to in _WIDE},
}
SMALL = (
    lambda _: unary.unary("QUANTIZE", types=("float32", "int8"), scales=(None, 0.1)),
    lambda _: unary.unary("QUANTIZE", shape=(20,), types=("float32", "int16"), scales=(None, 0.1)),
    *(
        lambda _, types=types: unary.unary("QUANTIZE", shape=(20,), types=types, zero_points=(1, 2))
        for types in (*_BYTES, *_WIDE)
    ),
)
GROWS_ON = ("int8", "int16")


def grow(composer: Composer, x: Made) -> None:
    composer.add("QUANTIZE", [x.index], composer.tensor(x.shape, type=composer.random.choice(["int8", "int16"])))


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
        ({"types": ("int64", "int8")}, ["input is int64", "supported: float32, int8, uint8, int16, int32"]),
        ({"types": ("uint8", "uint8")}, ["output is uint8; supported: int8"]),
        ({"types": ("int32", "int32")}, ["output is int32; supported: int8, int16"]),
        ({"types": ("float32", "int32"), "scales": (None, 0.1)}, ["output is int32; supported: int8, int16"]),
        ({"types": ("int8", "int16"), "zero_points": (0, 40000)}, ["zero point 40000; -32768 to 32767"]),
        ({"types": ("int32", "int8"), "zero_points": (1 << 40, 0)}, ["zero point 1099511627776"]),
        ({"types": ("int32", "int8"), "zero_points": ((1 << 31) - 1, 0)}, ["zero point 2147483647"]),
        ({"types": ("int32", "int8"), "zero_points": (-(1 << 31), 0)}, ["zero point -2147483648"]),
        ({"types": ("uint8", "int8"), "zero_points": (-1, 0)}, ["zero point -1; 0 to 255"]),
        ({"output": (128,)}, ["[128], not [256]"]),
        ({"types": ("float32", "int8"), "scales": (None, [0.1] * 256)}, ["256 scales, not 1"]),
        ({"scales": (1e10, 1e-10)}, ["factor of 1e+20"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("QUANTIZE", **change), *words)  # type: ignore[arg-type]

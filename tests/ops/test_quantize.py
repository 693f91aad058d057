import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host import host
from tests.ops import unary
from tests.ops.single import agrees, examples, refused, scales, seeds, zero_points
from tinyml import ops
from tinyml.graph import read


@examples
@given(scales(1e-6, 1e6), zero_points, st.integers(1, 300), seeds)
def test_floats_agree_with_tflm(scale: float, point: int, size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Steps, halves between them, and values far out, but within 32 bits: beyond, TFLM's result is undefined.
    steps = rng.choice(
        [rng.integers(-300, 300, size) / 2, rng.uniform(-200, 200, size), rng.uniform(-1e9, 1e9, size)]
    )
    model = unary.unary(
        "QUANTIZE", shape=(size,), types=("float32", "int8"), scales=(None, scale), zero_points=(0, point)
    )
    agrees(model, (steps * scale).astype(np.float32))


@examples
@given(st.tuples(scales(1e-4, 1e4), scales(1e-4, 1e4)), zero_points, st.integers(0, 255), st.booleans())
def test_8_bit_values_agree_with_tflm(pair: tuple[float, float], point: int, unsigned: int, signed: bool) -> None:
    if signed:
        model = unary.unary("QUANTIZE", scales=pair, zero_points=(unsigned - 128, point))
        agrees(model, unary.EVERY_INT8)
    else:
        model = unary.unary("QUANTIZE", types=("uint8", "int8"), scales=pair, zero_points=(unsigned, point))
        agrees(model, unary.EVERY_UINT8)


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

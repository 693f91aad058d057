import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import weights
from tests.ops.single import (
    Case,
    activations,
    agrees,
    case,
    exact,
    examples,
    generators,
    refused,
    scales,
    values,
)
from tests.ops.weights import INT4, INT8, Types
from tests.tflite import Builder


def dense(
    rng: np.random.Generator,
    *,
    shape: tuple[int, ...] = (2, 8),
    channels: int = 5,
    depth: int | None = None,
    activation: int = 0,
    zero_points: tuple[int, int] = (-3, 5),
    filter_zero_point: int = 0,
    scale: float = 0.05,
    factor: float = 0.01,
    per_channel: bool = False,
    axis: int = 0,
    bias: bool = True,
    bias_scale: float | None = None,
    output: tuple[int, ...] | None = None,
    weights_format: int = 0,
    types: Types = INT8,
    bias_type: str = "int32",
) -> bytes:
    """A model of one FULLY_CONNECTED; factor is input scale × filter scale / output scale."""
    b = Builder()
    depth = shape[-1] if depth is None else depth
    rows = int(np.prod(shape)) // depth
    filters = (channels, depth)
    ratios = rng.uniform(0.3, 1, filters[axis]) if per_channel else np.ones(1)
    x = b.tensor(shape, types.data, scale, zero_points[0])
    matrix = values(rng, filters, types.weights)
    inputs = [x, b.tensor(filters, types.weights, 0.02 * ratios, filter_zero_point, axis, matrix)]
    if bias:
        data = rng.integers(-(1 << 12), 1 << 12, channels).astype(bias_type)
        inputs.append(
            b.tensor((channels,), bias_type, scale * 0.02 if bias_scale is None else bias_scale, data=data)
        )
    made = (rows, channels) if output is None else output
    y = b.tensor(made, types.data, scale * 0.02 / factor, zero_points[1])
    b.operator(
        "FULLY_CONNECTED", inputs, [y], {"fusedActivationFunction": activation, "weightsFormat": weights_format}
    )
    return b.build([x], [y])


@st.composite
def cases(draw: st.DrawFn, types: Types) -> Case:
    rng = draw(generators)
    batches = draw(st.lists(st.integers(1, 3), max_size=2))
    shape = (*batches, draw(st.integers(1, 40)))
    channels = draw(st.integers(1, 13))
    model = dense(
        rng,
        shape=shape,
        channels=channels,
        activation=draw(activations),
        zero_points=draw(types.zero_points()),
        filter_zero_point=draw(st.just(0) | types.filter_zero_points()),
        scale=draw(scales()),
        factor=draw(types.factors()),
        per_channel=types.weights == "int8" and draw(st.booleans()),
        bias=draw(st.booleans()),
        output=(*batches, channels),
        types=types,
        bias_type=draw(types.bias_types()),
    )
    return case(model, rng, shape, type=types.data)


WIDE = weights.wide("int32", "int64")
CASES = {"int8": cases(INT8), "16x8": cases(WIDE), "8x4": cases(INT4)}
SMALL = (
    dense,
    lambda rng: dense(rng, shape=(1, 5), channels=3, types=INT4),
    lambda rng: dense(rng, zero_points=(0, 0), types=WIDE, bias_type="int64"),
)


def grow(composer: Composer, x: Made) -> None:
    units = composer.random.randint(1, 9)
    constants = composer.filter(x, (units, x.shape[-1]), 0)
    output = composer.tensor((math.prod(x.shape[:-1]), units))
    composer.add("FULLY_CONNECTED", [x.index, *constants], output, {"fusedActivationFunction": 0})


@pytest.mark.parametrize("types", sorted(CASES))
@examples
@given(data=st.data())
def test_agrees_with_tflm(types: str, data: st.DataObject) -> None:
    exact(data.draw(CASES[types]))


def test_an_image_is_flattened() -> None:
    rng = np.random.default_rng(0)
    agrees(dense(rng, shape=(1, 2, 3, 4), depth=24), values(rng, (1, 2, 3, 4)))


def test_scales_are_multiplied_as_64_bit_floats() -> None:
    rng = np.random.default_rng(0)
    # As 32-bit floats, the factor would be 2^22 exactly, and a shift by one bit more would wrap.
    model = dense(
        rng, shape=(256, 1), channels=1, zero_points=(-128, -128), scale=0.5**1.5, factor=2.0**22, bias=False
    )
    agrees(model, np.arange(-128, 128).astype(np.int8).reshape(256, 1))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"depth": 4, "output": (2, 5)}, ["[2, 8]", "[5, 4]", "[2, 5]"]),
        ({"output": (2, 4)}, ["[2, 4]"]),
        ({"output": (3, 5)}, ["[3, 5]"]),
        ({"weights_format": 1}, ["format code 1"]),
        ({"types": Types("int8", "int16")}, ["filter is int16", "supported: int8, int4"]),
        ({"types": INT4, "per_channel": True}, ["filter is int4 with 5 scales"]),
        ({"types": INT4, "filter_zero_point": 8}, ["filter has the zero point 8", "-8 to 7"]),
        ({"types": WIDE}, ["input is int16 with the zero point -3"]),
        ({"types": WIDE, "zero_points": (0, 0), "bias": False, "factor": 200.0}, ["factor of", "64 bits"]),
        ({"filter_zero_point": 200}, ["filter has the zero point 200"]),
        ({"bias_scale": 7.5}, ["bias has the scale 7.5"]),
        ({"per_channel": True, "axis": 1}, ["along dimension 1"]),
        ({"activation": 4}, ["activation has the code 4"]),
        ({"factor": 2.0**33, "bias": False}, ["factor of"]),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(dense(np.random.default_rng(0), **change), *words)

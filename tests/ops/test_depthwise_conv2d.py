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


def depthwise(
    rng: np.random.Generator,
    *,
    image: tuple[int, int, int, int] = (1, 5, 6, 4),
    taps: tuple[int, int] = (3, 3),
    multiplier: int = 1,
    channels: int | None = None,
    padding: int = 0,
    strides: tuple[int, int] = (1, 1),
    dilations: tuple[int, int] = (1, 1),
    activation: int = 0,
    zero_points: tuple[int, int] = (-3, 5),
    scale: float = 0.05,
    factor: float = 0.01,
    per_channel: bool = True,
    bias: bool = True,
    bias_size: int | None = None,
    types: Types = INT8,
    bias_type: str = "int32",
    output: tuple[int, ...] | None = None,
    filter_batch: int = 1,
) -> bytes:
    """A model of one DEPTHWISE_CONV_2D; factor is input scale × filter scale / output scale."""
    b = Builder()
    channels = image[3] * multiplier if channels is None else channels
    spans = [(n - 1) * d + 1 for n, d in zip(taps, dilations, strict=True)]
    if output is None:
        sizes = [
            -(-n // s) if padding == 0 else (n - span) // s + 1
            for n, s, span in zip(image[1:3], strides, spans, strict=True)
        ]
        output = (image[0], *sizes, channels)
    ratios = rng.uniform(0.3, 1, channels) if per_channel else np.ones(1)
    filters = (filter_batch, *taps, channels)
    x = b.tensor(image, types.data, scale, zero_points[0])
    data = values(rng, filters, types.weights)
    inputs = [x, b.tensor(filters, types.weights, 0.02 * ratios, axis=3, data=data)]
    if bias:
        size = channels if bias_size is None else bias_size
        data = rng.integers(-(1 << 12), 1 << 12, size).astype(bias_type)
        inputs.append(b.tensor((size,), bias_type, scale * 0.02, 0, data=data))
    y = b.tensor(output, types.data, scale=scale * 0.02 / factor, zero_point=zero_points[1])
    options = {
        "padding": padding,
        "strideH": strides[0],
        "strideW": strides[1],
        "dilationHFactor": dilations[0],
        "dilationWFactor": dilations[1],
        "depthMultiplier": multiplier,
        "fusedActivationFunction": activation,
    }
    b.operator("DEPTHWISE_CONV_2D", inputs, [y], options)
    return b.build([x], [y])


@st.composite
def geometries(draw: st.DrawFn) -> dict[str, Any]:
    """Shapes, strides, dilations and padding that go together."""
    taps = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    dilations = draw(st.sampled_from([(1, 1), (1, 1), (1, 2), (2, 1), (3, 2)]))
    padding = draw(st.integers(0, 1))
    least = [(n - 1) * d + 1 if padding else 1 for n, d in zip(taps, dilations, strict=True)]
    size = [draw(st.integers(n, n + 6)) for n in least]
    return {
        "image": (draw(st.integers(1, 2)), *size, draw(st.integers(1, 9))),
        "taps": taps,
        "multiplier": draw(st.sampled_from([1, 1, 1, 2, 3, 8])),
        "padding": padding,
        "dilations": dilations,
        "strides": draw(st.tuples(st.integers(1, 3), st.integers(1, 3))),
    }


@st.composite
def cases(draw: st.DrawFn, types: Types) -> Case:
    rng = draw(generators)
    geometry = draw(geometries())
    model = depthwise(
        rng,
        **geometry,
        activation=draw(activations),
        zero_points=draw(types.zero_points()),
        scale=draw(scales()),
        factor=draw(types.factors()),
        per_channel=draw(st.booleans()),
        bias=draw(st.booleans()),
        types=types,
        bias_type=draw(types.bias_types()),
    )
    return case(model, rng, geometry["image"], type=types.data)


WIDE = weights.wide("int64")
CASES = {"int8": cases(INT8), "16x8": cases(WIDE), "8x4": cases(INT4)}
SMALL = (
    lambda rng: depthwise(rng, taps=(2, 2)),
    lambda rng: depthwise(rng, taps=(2, 2), types=INT4),
    lambda rng: depthwise(rng, taps=(2, 2), zero_points=(0, 0), types=WIDE, bias_type="int64"),
)


def grow(composer: Composer, x: Made) -> None:
    if window := composer.window(x):
        taps, size, options = window
        multiplier = composer.random.choice([1, 1, 2])
        channels = x.shape[3] * multiplier
        constants = composer.filter(x, (1, *taps, channels), 3)
        output = composer.tensor((x.shape[0], *size, channels))
        composer.add("DEPTHWISE_CONV_2D", [x.index, *constants], output, options | {"depthMultiplier": multiplier})


@pytest.mark.parametrize("types", sorted(CASES))
@examples
@given(data=st.data())
def test_agrees_with_tflm(types: str, data: st.DataObject) -> None:
    exact(data.draw(CASES[types]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"multiplier": 0, "channels": 4}, ["depth multiplier of 0"]),
        ({"multiplier": 2, "channels": 4}, ["[1, 3, 3, 4]", "depth multiplier of 2"]),
        ({"filter_batch": 2}, ["[2, 3, 3, 4]"]),
        ({"bias_size": 3}, ["bias has 3 elements for 4"]),
        ({"bias_type": "int64"}, ["bias is int64"]),
        ({"types": WIDE, "zero_points": (0, 0)}, ["bias is int32", "supported: int64"]),
        ({"types": WIDE}, ["input is int16 with the zero point -3"]),
        ({"strides": (0, 0), "output": (1, 5, 6, 4)}, ["stride is 0"]),
        ({"dilations": (-1, 1), "output": (1, 5, 6, 4)}, ["dilation is -1"]),
        ({"output": (1, 4, 6, 4)}, ["[1, 4, 6, 4], not [1, 5, 6, 4]"]),
        ({"zero_points": (300, 0)}, ["zero point 300"]),
        ({"activation": 5}, ["activation has the code 5"]),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(depthwise(np.random.default_rng(0), **change), *words)

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
    exact,
    examples,
    generators,
    refused,
    scales,
    values,
)
from tests.ops.weights import BIAS, FILTER, INT4, INT8, Types
from tests.tflite import Builder


def conv(
    rng: np.random.Generator,
    *,
    image: tuple[int, int, int, int] = (1, 5, 6, 3),
    filters: tuple[int, int, int, int] = (4, 3, 3, 3),
    padding: int = 0,
    strides: tuple[int, int] = (1, 1),
    dilations: tuple[int, int] = (1, 1),
    activation: int = 0,
    zero_points: tuple[int, int] = (-3, 5),
    scale: float = 0.05,
    factor: float = 0.01,
    per_channel: bool = True,
    filter_zero_point: int = 0,
    axis: int = 0,
    bias: str | None = "small",
    output: tuple[int, ...] | None = None,
    computed: tuple[str, ...] = (),
    types: Types = INT8,
    bias_type: str = "int32",
    options: bool = True,
) -> bytes:
    """A model of one CONV_2D; factor is input scale × filter scale / output scale."""
    b = Builder()
    spans = [(n - 1) * d + 1 for n, d in zip(filters[1:3], dilations, strict=True)]
    if output is None:
        sizes = [
            -(-n // s) if padding == 0 else (n - span) // s + 1
            for n, s, span in zip(image[1:3], strides, spans, strict=True)
        ]
        output = (image[0], *sizes, filters[0])
    ratios = rng.uniform(0.3, 1, filters[axis]) if per_channel else np.ones(1)
    x = b.tensor(image, types.data, scale, zero_points[0])
    w = b.tensor(
        filters,
        types.weights,
        scale=0.02 * ratios,
        zero_point=filter_zero_point,
        axis=axis,
        data=None if FILTER in computed else values(rng, filters, types.weights),
    )
    tensors = {"input": x, FILTER: w}
    if bias is not None:
        limit = {"small": 1 << 12, "huge": 1 << 31}[bias]
        data = rng.integers(-limit, limit, filters[0]).astype(bias_type)
        tensors[BIAS] = b.tensor(
            filters[:1], bias_type, scale * 0.02 * ratios, data=None if BIAS in computed else data
        )
    y = b.tensor(output, types.data, scale=scale * 0.02 / factor, zero_point=zero_points[1])
    settings = {
        "padding": padding,
        "strideH": strides[0],
        "strideW": strides[1],
        "dilationHFactor": dilations[0],
        "dilationWFactor": dilations[1],
        "fusedActivationFunction": activation,
    }
    b.operator("CONV_2D", list(tensors.values()), [y], settings if options else None)
    return b.build(weights.inputs(tensors, computed), [y])


@st.composite
def geometries(draw: st.DrawFn) -> dict[str, Any]:
    """Shapes, strides, dilations, padding and groups that go together."""
    groups = draw(st.sampled_from([1, 1, 1, 2, 3]))
    depth = draw(st.integers(1, 6))
    taps = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    dilations = draw(st.sampled_from([(1, 1), (1, 1), (1, 2), (2, 1), (3, 2)]))
    padding = draw(st.integers(0, 1))
    least = [(n - 1) * d + 1 if padding else 1 for n, d in zip(taps, dilations, strict=True)]
    size = [draw(st.integers(n, n + 6)) for n in least]
    return {
        "image": (draw(st.integers(1, 2)), *size, groups * depth),
        "filters": (groups * draw(st.integers(1, 6)), *taps, depth),
        "padding": padding,
        "dilations": dilations,
        "strides": draw(st.tuples(st.integers(1, 3), st.integers(1, 3))),
    }


@st.composite
def dense_geometries(draw: st.DrawFn) -> dict[str, Any]:
    """Shapes of a 1x1 filter, which becomes a dense layer."""
    depth = draw(st.integers(1, 9))
    image = (1, draw(st.integers(1, 5)), 3, depth)
    return {"image": image, "filters": (draw(st.integers(1, 9)), 1, 1, depth)}


@st.composite
def cases(draw: st.DrawFn, types: Types) -> Case:
    rng = draw(generators)
    geometry = draw(geometries() | geometries() | dense_geometries())
    model = conv(
        rng,
        **geometry,
        activation=draw(activations),
        zero_points=draw(types.zero_points()),
        scale=draw(scales()),
        factor=draw(types.factors()),
        per_channel=draw(st.booleans()),
        bias=draw(st.sampled_from(["small", "small", "huge", None])),
        filter_zero_point=draw(types.filter_zero_points()),
        types=types,
        bias_type=draw(types.bias_types()),
        computed=draw(types.computed()),
    )
    return weights.case(model, rng)


WIDE = weights.wide("int32", "int64")
CASES = {"int8": cases(INT8), "16x8": cases(WIDE), "8x4": cases(INT4)}
SMALL = (
    lambda rng: conv(rng, filters=(2, 2, 2, 3)),
    lambda rng: conv(rng, filters=(2, 1, 1, 3)),
    lambda rng: conv(rng, filters=(1, 3, 1, 3), types=INT4),
    lambda rng: conv(rng, filters=(2, 1, 1, 3), computed=(FILTER, BIAS)),
    lambda rng: conv(rng, filters=(2, 2, 2, 3), zero_points=(0, 0), types=WIDE, bias_type="int64"),
)


def grow(composer: Composer, x: Made) -> None:
    if window := composer.window(x):
        taps, size, options = window
        channels = composer.random.choice(composer.channels)
        constants = composer.filter(x, (channels, *taps, x.shape[3]), 0)
        output = composer.tensor((x.shape[0], *size, channels))
        composer.add("CONV_2D", [x.index, *constants], output, options)


@pytest.mark.parametrize("types", sorted(CASES))
@examples
@given(data=st.data())
def test_agrees_with_tflm(types: str, data: st.DataObject) -> None:
    exact(data.draw(CASES[types]))


def test_a_window_that_sees_only_padding_gives_the_bias() -> None:
    rng = np.random.default_rng(0)
    model = conv(rng, image=(1, 1, 1, 3), filters=(4, 2, 2, 3), dilations=(4, 4))
    agrees(model, values(rng, (1, 1, 1, 3)))


@pytest.mark.parametrize("bias_type", WIDE.biases)
def test_long_sums_of_int16_agree_with_tflm(bias_type: str) -> None:
    """Sums of products that are all as large as they can be; those of 32 bits wrap."""
    image, filters = (1, 3, 3, 300), (5, 2, 2, 300)
    options = {"zero_points": (0, 0), "factor": 1e-5, "types": WIDE, "bias_type": bias_type, "computed": (FILTER,)}
    model = conv(np.random.default_rng(0), image=image, filters=filters, **options)
    agrees(model, np.full(image, -32768, np.int16), np.full(filters, -128, np.int8))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"types": Types("int32")}, ["input is int32", "supported: int8, int16"]),
        ({"types": Types("int16", "int4"), "zero_points": (0, 0)}, ["filter is int4", "supported: int8"]),
        ({"types": WIDE}, ["input is int16 with the zero point -3"]),
        ({"types": WIDE, "zero_points": (0, 1)}, ["output is int16 with the zero point 1"]),
        ({"bias_type": "int64"}, ["bias is int64", "supported: int32"]),
        (
            {"types": WIDE, "zero_points": (0, 0), "bias_type": "int64", "factor": 200.0},
            ["factor of", "64 bits", "2^7"],
        ),
        ({"options": False}, ["options are missing"]),
        ({"strides": (0, 1), "output": (1, 5, 6, 4)}, ["stride is 0"]),
        ({"strides": (1, -2), "output": (1, 5, 6, 4)}, ["stride is -2"]),
        ({"dilations": (1, 0), "output": (1, 5, 6, 4)}, ["dilation is 0"]),
        ({"dilations": (1, 1 << 30), "output": (1, 5, 6, 4)}, [f"dilation is {1 << 30}"]),
        ({"padding": 2, "output": (1, 5, 6, 4)}, ["padding has the code 2"]),
        ({"padding": 1, "filters": (4, 6, 3, 3), "output": (1, 1, 4, 4)}, ["filter spans 6 inputs of 5"]),
        ({"filters": (4, 3, 3, 2)}, ["[4, 3, 3, 2]", "3 input channels"]),
        ({"image": (1, 5, 6, 9), "filters": (4, 3, 3, 3)}, ["[4, 3, 3, 3]", "9 input channels"]),
        ({"output": (1, 5, 5, 4)}, ["output has the shape [1, 5, 5, 4], not [1, 5, 6, 4]"]),
        ({"image": (1, 5, 6, 3), "output": (2, 5, 6, 4)}, ["output has the shape [2, 5, 6, 4]"]),
        ({"zero_points": (-129, 0)}, ["input has the zero point -129"]),
        ({"zero_points": (0, 128)}, ["output has the zero point 128"]),
        ({"activation": 4}, ["activation has the code 4"]),
        ({"factor": 2.0**31}, ["factor of"]),
        ({"axis": 1, "bias": None}, ["scales along dimension 1"]),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(conv(np.random.default_rng(0), **change), *words)

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import MOST_ELEMENTS, Composer, Made
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
from tests.ops.weights import INT8, Types
from tests.tflite import Builder


def transpose_conv(
    rng: np.random.Generator,
    *,
    image: tuple[int, ...] = (1, 3, 4, 3),
    filters: tuple[int, int, int, int] = (4, 3, 3, 3),
    size: tuple[int, int] = (6, 8),
    padding: int = 0,
    strides: tuple[int, int] = (2, 2),
    activation: int = 0,
    zero_points: tuple[int, int] = (-3, 5),
    scale: float = 0.05,
    factor: float = 0.01,
    per_channel: bool = True,
    filter_zero_point: int = 0,
    axis: int = 0,
    bias: str | None = "small",
    output: tuple[int, ...] | None = None,
    constant_filter: bool = True,
    types: Types = INT8,
    bias_type: str = "int32",
    options: bool = True,
) -> bytes:
    """A model of one TRANSPOSE_CONV; factor is input scale × filter scale / output scale."""
    b = Builder()
    output = output or (image[0], *size, filters[0])
    ratios = rng.uniform(0.3, 1, filters[axis]) if per_channel else np.ones(1)
    x = b.tensor(image, types.data, scale, zero_points[0])
    w = b.tensor(
        filters,
        scale=0.02 * ratios,
        zero_point=filter_zero_point,
        axis=axis,
        data=values(rng, filters) if constant_filter else None,
    )
    inputs = [b.tensor((len(output),), "int32", data=np.array(output, np.int32)), w, x]
    if bias is not None:
        limit = {"small": 1 << 12, "huge": 1 << 31}[bias]
        data = rng.integers(-limit, limit, filters[0]).astype(bias_type)
        inputs.append(b.tensor(filters[:1], bias_type, scale * 0.02 * ratios, 0, data=data))
    y = b.tensor(output, types.data, scale=scale * 0.02 / factor, zero_point=zero_points[1])
    settings = {
        "padding": padding,
        "strideH": strides[0],
        "strideW": strides[1],
        "fusedActivationFunction": activation,
    }
    b.operator("TRANSPOSE_CONV", inputs, [y], settings if options else None)
    return b.build([x] if constant_filter else [x, w], [y])


@st.composite
def geometries(draw: st.DrawFn) -> dict[str, Any]:
    """Shapes, strides and padding: mostly those of a real layer, sometimes an output of any size."""
    depth = draw(st.integers(1, 6))
    image = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    taps = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    strides = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    padding = draw(st.integers(0, 1))
    size = [n * s if padding == 0 else (n - 1) * s + t for n, s, t in zip(image, strides, taps, strict=True)]
    if draw(st.integers(0, 3)) == 3:
        size = list(draw(st.tuples(st.integers(1, 12), st.integers(1, 12))))
    return {
        "image": (draw(st.integers(1, 2)), *image, depth),
        "filters": (draw(st.integers(1, 9)), *taps, depth),
        "size": tuple(size),
        "padding": padding,
        "strides": strides,
    }


@st.composite
def cases(draw: st.DrawFn, types: Types) -> Case:
    rng = draw(generators)
    geometry = draw(geometries())
    model = transpose_conv(
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
    )
    return case(model, rng, geometry["image"], type=types.data)


WIDE = weights.wide("int64")
CASES = {"int8": cases(INT8), "16x8": cases(WIDE)}
SMALL = (
    lambda rng: transpose_conv(rng, filters=(2, 2, 2, 3)),
    lambda rng: transpose_conv(rng, filters=(2, 2, 2, 3), zero_points=(0, 0), types=WIDE, bias_type="int64"),
)


def grow(composer: Composer, x: Made) -> None:
    if len(x.shape) != 4:
        return
    channels, taps, stride = composer.random.randint(1, 5), composer.random.randint(1, 3), 2
    shape = (x.shape[0], stride * x.shape[1], stride * x.shape[2], channels)
    if np.prod(shape) <= MOST_ELEMENTS:
        constants = composer.filter(x, (channels, taps, taps, x.shape[3]), 0)
        inputs = [composer.int32s(shape), constants[0], x.index, constants[1]]
        options = {"padding": 0, "strideH": stride, "strideW": stride, "fusedActivationFunction": 0}
        composer.add("TRANSPOSE_CONV", inputs, composer.tensor(shape), options)


@pytest.mark.parametrize("types", sorted(CASES))
@examples
@given(data=st.data())
def test_agrees_with_tflm(types: str, data: st.DataObject) -> None:
    exact(data.draw(CASES[types]))


@pytest.mark.parametrize("padding", [0, 1])
def test_a_filter_larger_than_the_output_agrees_with_tflm(padding: int) -> None:
    rng = np.random.default_rng(0)
    for taps, size, stride in ((8, 2, 4), (7, 2, 4), (5, 1, 1), (9, 3, 2)):
        model = transpose_conv(
            rng, filters=(2, taps, taps, 3), size=(size, size), strides=(stride, stride), padding=padding
        )
        agrees(model, values(rng, (1, 3, 4, 3)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"types": Types("int32")}, ["input is int32", "supported: int8, int16"]),
        ({"types": WIDE, "zero_points": (0, 0)}, ["bias is int32", "supported: int64"]),
        ({"constant_filter": False}, ["filter (tensor 1) must be a constant"]),
        ({"options": False}, ["options are missing"]),
        ({"strides": (0, 1)}, ["stride is 0"]),
        ({"strides": (1, -2)}, ["stride is -2"]),
        ({"padding": 2}, ["padding has the code 2"]),
        ({"filters": (4, 3, 3, 2)}, ["filter has the shape [4, 3, 3, 2], not [4, 3, 3, 3]"]),
        ({"output": (1, 6, 8, 3)}, ["output has the shape [1, 6, 8, 3], not [1, 6, 8, 4]"]),
        ({"output": (2, 6, 8, 4)}, ["output has the shape [2, 6, 8, 4]"]),
        ({"output": (6, 8, 4)}, ["output has the shape [6, 8, 4], not 4 dimensions"]),
        ({"image": (3, 4, 3)}, ["input has the shape [3, 4, 3], not 4 dimensions"]),
        ({"zero_points": (-129, 0)}, ["input has the zero point -129"]),
        ({"activation": 4}, ["activation has the code 4"]),
        ({"factor": 2.0**31}, ["factor of"]),
        ({"axis": 1, "bias": None}, ["scales along dimension 1"]),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(transpose_conv(np.random.default_rng(0), **change), *words)

"""Convolutions and dense layers on emulated boards, held against the portable kernels."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from tests.emit import layers
from tests.emit.harness import RowCase, run
from tests.emulated import needs_chain
from tinyml.emit import GOALS, Site


def convolution(
    rng: np.random.Generator,
    *,
    image: tuple[int, int, int],
    taps: tuple[int, int],
    channels: int,
    strides: tuple[int, int] = (1, 1),
    dilations: tuple[int, int] = (1, 1),
    pads: tuple[int, int] = (0, 0),
    more: tuple[int, int] = (0, 0),
    batches: int = 1,
    optimize: str = "balanced",
) -> Site | None:
    """A CONV_2D; pads: padding in front, `more`: behind. None where the filter is larger than the padded image."""
    height, width, depth = image
    sizes = [
        (size + pad + behind - (tap - 1) * dilation - 1) // stride + 1
        for size, pad, behind, tap, dilation, stride in zip(
            (height, width), pads, more, taps, dilations, strides, strict=True
        )
    ]
    if min(sizes) < 1:
        return None
    filters = layers.weights(rng, (channels, *taps, depth))
    params, arrays = layers.outputs(rng, channels, float(np.sqrt(taps[0] * taps[1] * depth)) * 5000)
    zero_point = int(rng.choice([-128, 127, 0, rng.integers(-128, 128)]))
    bias = rng.integers(-(1 << 16), 1 << 16, channels).astype(np.int32)
    params |= {
        "batches": batches,
        "input_height": height,
        "input_width": width,
        "filter_height": taps[0],
        "filter_width": taps[1],
        "output_height": sizes[0],
        "output_width": sizes[1],
        "stride_height": strides[0],
        "stride_width": strides[1],
        "pad_top": pads[0],
        "pad_left": pads[1],
        "dilation_height": dilations[0],
        "dilation_width": dilations[1],
        "input_channels": depth,
        "filter_channels": depth,
        "output_channels": channels,
        "groups": 1,
        "input_offset": -zero_point,
    }
    shapes = (batches, height, width, depth), (batches, *sizes, channels)
    constants = {"weights": filters, "bias": bias, **arrays}
    return layers.site("conv2d_s8", params, *shapes, constants, "CONV_2D", zero_point, optimize)


def dense(
    rng: np.random.Generator, rows: int, depth: int, channels: int, optimize: str = "balanced", image: bool = False
) -> Site:
    """A FULLY_CONNECTED, or a CONV_2D with 1x1 filters on an image of two rows."""
    filters = layers.weights(rng, (channels, depth))
    params, arrays = layers.outputs(rng, channels, float(np.sqrt(depth)) * 5000)
    bias = rng.integers(-(1 << 16), 1 << 16, channels).astype(np.int32)
    height = 2 if image else 1
    params |= {
        "rows": rows * height,
        "depth": depth,
        "outputs": channels,
        "input_offset": 0,
        "weights_offset": 0,
    }
    shapes = ((1, 2, rows, depth), (1, 2, rows, channels)) if image else ((rows, depth), (rows, channels))
    operator = "CONV_2D" if image else "FULLY_CONNECTED"
    constants = {"weights": filters, "bias": bias, **arrays}
    return layers.site("fully_connected_s8", params, *shapes, constants, operator, 0, optimize)


def drawn(rng: np.random.Generator, count: int) -> Iterator[Site]:
    """Yield `count` convolutions of any kind."""
    while count > 0:
        taps = tuple(int(v) for v in rng.integers(1, 5, 2))
        dilations = tuple(int(v) for v in rng.choice([1, 1, 2, 3], 2))
        spans = [(t - 1) * d for t, d in zip(taps, dilations, strict=True)]
        made = convolution(
            rng,
            image=(
                int(rng.integers(1, 9)),
                int(rng.integers(1, 14)),
                int(rng.choice([1, 2, 3, 4, 5, 8, 12, 20, 36])),
            ),
            taps=taps,
            channels=int(rng.integers(1, 10)),
            strides=tuple(int(v) for v in rng.integers(1, 4, 2)),
            dilations=dilations,
            pads=tuple(int(rng.integers(0, s + 1)) for s in spans),
            more=tuple(int(rng.integers(0, s + 1)) for s in spans),
            batches=int(rng.integers(1, 3)),
            optimize=str(rng.choice(GOALS)),
        )
        if made is not None:
            count -= 1
            yield made


def check(tmp_path, board: str, rng: np.random.Generator, sites: list[Site], least: float = 0.9) -> list[RowCase]:
    """Run the kernels of `sites`; at least the part `least` of them must have one."""
    cases = [layers.case(made, layers.inputs(rng, made.source.shape)) for made in sites]
    found = [made for made in cases if made is not None]
    assert len(found) >= least * len(sites)
    wrong = [
        f"{case.kernel.function.name}: {reason}"
        for case, reason in zip(found, run(board, tmp_path, found), strict=True)
        if reason
    ]
    assert not wrong, f"{len(wrong)} of {len(found)}: " + "; ".join(wrong[:5])
    return found


@needs_chain
@pytest.mark.parametrize("board", ["mps2-an386", "mps2-an505"])
def test_drawn_convolutions_are_those_of_the_portable_kernel(tmp_path, board):
    rng = np.random.default_rng(1)
    check(tmp_path, board, rng, list(drawn(rng, 150)))


@needs_chain
@pytest.mark.parametrize("optimize", GOALS)
def test_every_width_and_number_of_channels(tmp_path, optimize):
    rng = np.random.default_rng(2)
    sites = [
        convolution(
            rng,
            image=(3, width, depth),
            taps=(3, 3),
            channels=channels,
            pads=(1, 1),
            more=(1, 1),
            optimize=optimize,
        )
        for width in range(1, 9)
        for depth in (3, 8)
        for channels in (1, 2, 3, 4)
    ]
    check(tmp_path, "mps2-an386", rng, [made for made in sites if made is not None])


@needs_chain
def test_dense_layers(tmp_path):
    rng = np.random.default_rng(3)
    shapes = [
        (1, depth, channels)
        for depth in (1, 2, 3, 4, 7, 8, 12, 64, 97, 100, 148, 640)
        for channels in (1, 2, 3, 4, 5, 8)
    ]
    shapes += [(rows, depth, 6) for rows in (2, 3, 4, 5, 7) for depth in (1, 4, 81, 85, 96)]
    sites = [dense(rng, *shape, image=bool(i % 2)) for i, shape in enumerate(shapes)]
    check(tmp_path, "mps2-an386", rng, sites)


@needs_chain
def test_a_dense_layer_may_write_over_its_input(tmp_path):
    rng = np.random.default_rng(6)
    shapes = [
        (rows, depth, channels) for rows in (1, 2, 5, 8) for depth, channels in ((8, 8), (12, 5), (7, 7), (96, 90))
    ]
    cases = [layers.case(made, layers.inputs(rng, made.source.shape)) for made in (dense(rng, *s) for s in shapes)]
    assert all(case.kernel.in_place == (0,) for case in cases)
    assert not any(run("mps2-an386", tmp_path, [replace(case, in_place=True) for case in cases]))
    assert layers.case(dense(rng, 4, 8, 9), layers.inputs(rng, (4, 8))).kernel.in_place == ()


@needs_chain
def test_layers_of_the_reference_models_shapes(tmp_path):
    rng = np.random.default_rng(4)
    sites = [
        convolution(rng, image=(12, 10, 1), taps=(10, 4), channels=64, strides=(2, 2), pads=(4, 1), more=(5, 1)),
        convolution(rng, image=(4, 32, 3), taps=(3, 3), channels=16, pads=(1, 1), more=(1, 1)),
        convolution(rng, image=(4, 32, 16), taps=(3, 3), channels=16, pads=(1, 1), more=(1, 1)),
        convolution(rng, image=(5, 32, 16), taps=(3, 3), channels=32, strides=(2, 2), more=(1, 1)),
        convolution(rng, image=(3, 8, 64), taps=(3, 3), channels=64, pads=(1, 1), more=(1, 1)),
        convolution(rng, image=(4, 16, 32), taps=(1, 1), channels=64, strides=(2, 2)),
        convolution(rng, image=(3, 96, 3), taps=(3, 3), channels=8, strides=(2, 2), more=(1, 1)),
        dense(rng, 5, 64, 64, image=True),
        dense(rng, 1, 640, 128),
    ]
    check(tmp_path, "mps2-an386", rng, [made for made in sites if made is not None], least=1.0)


def at_the_end(
    rng: np.random.Generator, end: int, shift: int, offset: int, pixels: int
) -> tuple[Site, np.ndarray]:
    """A dense layer of two channels whose second sum reaches `end`, and inputs that take it there."""
    filters = rng.integers(-127, 128, (2, 24), np.int8)
    best = np.where((filters[1] > 0) == (end > 0), 127, -128).astype(np.int8)
    bias = np.array([5, end - int(filters[1].astype(np.int64) @ best)], np.int32)
    params = {
        "output_offset": offset,
        "activation_min": -128,
        "activation_max": 127,
        "per_channel": 1,
        "shifts_right": 1,
        "rows": pixels,
        "depth": 24,
        "outputs": 2,
        "input_offset": 0,
        "weights_offset": 0,
    }
    constants = {
        "weights": filters,
        "bias": bias,
        "multipliers": np.array([(1 << 31) - 1, 1 << 30], np.int32),
        "shifts": np.array([shift, shift], np.int8),
    }
    made = layers.site("fully_connected_s8", params, (pixels, 24), (pixels, 2), constants, "FULLY_CONNECTED", 0)
    return made, np.stack([best] * pixels)


@needs_chain
def test_sums_at_the_ends_of_what_forms_are_exact_for(tmp_path):
    rng = np.random.default_rng(5)
    ends = [sign * (1 << bits) - off for bits in (23, 28, 29, 30) for sign in (-1, 1) for off in (-1, 0, 1)]
    made = [
        at_the_end(rng, end, shift, offset, pixels)
        for end in ends
        for shift in (-7, -15, -21)
        for offset in (-128, 3)
        for pixels in (1, 2, 3)
    ]
    cases = [layers.case(site, inputs) for site, inputs in made]
    found = [case for case in cases if case is not None]
    assert {case.kernel.form for case in found} == {
        f"Outputs by {outputs}; weights {packing}."
        for outputs in ("three instructions an output", "the general form")
        for packing in ("in pairs", "one by one")
    }
    assert not any(run("mps2-an386", tmp_path, found))

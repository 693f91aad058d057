"""Kernels specialised for layers, on emulated boards: TFLM's bytes, and nothing else is written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests import oracle
from tests.emit.harness import RowCase, run
from tests.emulated import needs_chain
from tests.ops import binary, pools, reductions
from tests.ops.single import Case, case
from tests.ops.test_depthwise_conv2d import depthwise
from tinyml import board as boards
from tinyml import plan as plans
from tinyml.emit import GOALS, specialise
from tinyml.graph import read

pytestmark = needs_chain
BOARDS = ("mps2-an386", "mps2-an505")
RELU, RELU6 = 1, 3


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def depthwise_case(seed: int, **geometry) -> Case:
    random = rng(seed)
    image = geometry["image"]
    return case(depthwise(random, **geometry), random, image)


KWS = {"image": (1, 6, 5, 64), "zero_points": (-128, -128), "activation": RELU}
DEPTHWISE = {
    "3x3": KWS,
    "3x3, two images": KWS | {"image": (2, 3, 5, 8)},
    "3x3, no clamp": KWS | {"activation": 0, "zero_points": (3, -7)},
    "3x3, RELU6": KWS | {"activation": RELU6, "zero_points": (7, -100)},
    "3x3, wide": KWS | {"image": (1, 4, 24, 8)},
    "3x3, stride 2": KWS | {"image": (1, 7, 24, 8), "strides": (2, 2)},
    "3x3, no padding": KWS | {"padding": 1},
    "3x3, odd channels": KWS | {"image": (1, 4, 5, 7)},
    "3x3, many channels": KWS | {"image": (1, 3, 3, 260)},
    "3x3, one column": KWS | {"image": (1, 5, 1, 12)},
    "3x3 dilated": KWS | {"image": (1, 9, 9, 4), "dilations": (2, 2)},
    "5x5": KWS | {"image": (1, 8, 8, 8), "taps": (5, 5)},
    "9x1": KWS | {"image": (1, 20, 1, 16), "taps": (9, 1)},
    "9x1, several columns": KWS | {"image": (1, 12, 7, 8), "taps": (9, 1)},
    "1x9": KWS | {"image": (1, 1, 50, 8), "taps": (1, 9)},
    "1x1": KWS | {"taps": (1, 1)},
    "4x4, stride 3": KWS | {"image": (1, 9, 10, 8), "taps": (4, 4), "strides": (3, 3)},
    "one scale": KWS | {"per_channel": False},
    "8 of one channel": KWS | {"image": (1, 12, 11, 1), "taps": (10, 8), "strides": (2, 2), "multiplier": 8},
    "3 of one channel": KWS | {"image": (2, 6, 5, 1), "multiplier": 3, "dilations": (1, 2)},
    "1 of one channel": KWS | {"image": (1, 6, 9, 1)},
}


def pool(image, taps, strides, **more) -> Case:
    model = pools.pool("AVERAGE_POOL_2D", image=image, taps=taps, strides=strides, padding=1, **more)
    return case(model, rng(image[3]), image)


POOLS = {
    "25x5": pool((1, 25, 5, 64), (25, 5), (25, 5)),
    "8x8": pool((1, 8, 8, 28), (8, 8), (8, 8), zero_point=-128, activation=RELU),
    "2x2": pool((2, 6, 7, 12), (2, 2), (2, 2)),
    "3x4 overlapping": pool((1, 7, 9, 16), (3, 4), (2, 1), activation=RELU),
    "16x16": pool((1, 16, 16, 4), (16, 16), (1, 1)),
}


def max_pool(image, taps, strides, padding=0, **more) -> Case:
    model = pools.pool("MAX_POOL_2D", image=image, taps=taps, strides=strides, padding=padding, **more)
    return case(model, rng(image[3]), image)


MAX_POOLS = {
    "2x2": max_pool((2, 8, 6, 16), (2, 2), (2, 2), padding=1),
    "2x2, odd sizes": max_pool((2, 7, 9, 8), (2, 2), (2, 2)),
    "3x3, stride 1": max_pool((1, 5, 7, 12), (3, 3), (1, 1), activation=RELU),
    "3x3, stride 2": max_pool((1, 8, 9, 4), (3, 3), (2, 2), activation=RELU6),
    "4x5": max_pool((1, 6, 7, 20), (4, 5), (1, 2)),
    "1x3": max_pool((1, 1, 30, 32), (1, 3), (1, 3)),
    "3x1": max_pool((1, 30, 1, 8), (3, 1), (3, 1), padding=1),
    "window beyond the image": max_pool((1, 2, 2, 4), (4, 5), (1, 1)),
}


def sums(name: str, first, second, **more) -> Case:
    model = binary.binary(name, shapes=(first, second), scales=(0.05, 0.04, 0.0937), **more)
    return case(model, rng(len(first)), first, second)


SUMS = {
    f"{name} {first} {second}": sums(name, first, second)
    for name in ("ADD", "SUB")
    for first, second in [
        ((1, 8, 8, 16),) * 2,
        ((1, 7),) * 2,
        ((3, 5, 8), (8,)),
        ((12,), (2, 3, 12)),
        ((61,), (61,)),
    ]
}
CONSTANTS = {
    f"{name} {shape} constant": case(
        binary.binary(
            name,
            shapes=((3, 5, 8), shape),
            scales=(0.05, 0.04, 0.0937),
            constant=rng(7).integers(-128, 128, shape).astype(np.int8),
        ),
        rng(8),
        (3, 5, 8),
    )
    for name in ("ADD", "SUB")
    for shape in ((8,), (3, 5, 8))
}
PRODUCTS = {
    f"{first} {second} {zero_points} {activation}": case(
        binary.binary(
            "MUL",
            shapes=(first, second),
            scales=(0.05, 0.04, 0.0937),
            zero_points=zero_points,
            activation=activation,
        ),
        rng(len(first)),
        first,
        second,
    )
    for zero_points, activation in [((1, -2, 3), 0), ((-128, -128, -128), 0), ((127, -128, -9), RELU6)]
    for first, second in [
        ((1, 8, 8, 16),) * 2,
        ((1, 7),) * 2,
        ((61,), (61,)),
        ((2, 5, 3, 8), (2, 1, 1, 8)),
        ((1, 1, 1, 12), (1, 4, 2, 12)),
        ((1, 3, 5, 7), (1, 1, 1, 7)),
        ((1, 2, 2, 260), (260,)),
        ((3, 5, 8), (3, 5, 1)),
        ((30,), (1,)),
        ((1,), (1,)),
    ]
}
SCALED = {
    f"{shape} constant": case(
        binary.binary(
            "MUL",
            shapes=((3, 5, 8), shape),
            scales=(0.05, 0.04, 0.0937),
            constant=rng(7).integers(-128, 128, shape).astype(np.int8),
        ),
        rng(8),
        (3, 5, 8),
    )
    for shape in ((1,), (8,), (5, 8), (3, 5, 8))
}
MEANS = {
    "height and width": ((1, 7, 7, 8), (1, 2)),
    "time": ((3, 30, 12), (1,)),
    "256 pixels": ((1, 16, 16, 4), (1, 2)),
}


def row_cases(drawn: Case, board: str, optimize: str) -> list[RowCase]:
    """What is run for each sample of a model whose only layer has a specialised kernel."""
    plan = specialise(plans.make(read(drawn.model)), boards.load(board), optimize)
    (layer,) = plan.layers
    assert layer.rows is not None
    found = []
    for sample in drawn.samples:
        inputs = {t: values.tobytes() for t, values in zip(plan.graph.inputs, sample, strict=True)}
        found.append(RowCase(layer.rows, inputs, oracle.run(drawn.model, sample)[0].tobytes()))
    return found


def check(board: str, folder: Path, cases: list[Case], optimize: str = "balanced") -> None:
    tests = [test for drawn in cases for test in row_cases(drawn, board, optimize)]
    assert run(board, folder, tests) == [""] * len(tests)


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("optimize", GOALS)
def test_depthwise_convolutions(board, optimize, tmp_path):
    check(
        board, tmp_path, [depthwise_case(i, **geometry) for i, geometry in enumerate(DEPTHWISE.values())], optimize
    )


@pytest.mark.parametrize("board", BOARDS)
def test_products(board, tmp_path):
    check(board, tmp_path, [*PRODUCTS.values(), *SCALED.values()])


@pytest.mark.parametrize("board", BOARDS)
def test_outputs_upon_an_input(board, tmp_path):
    """The output may lie upon the first input that the kernel says."""
    tests = [
        replace(test, in_place=True)
        for drawn in (*SUMS.values(), *PRODUCTS.values(), *SCALED.values(), *POOLS.values(), *MAX_POOLS.values())
        for test in row_cases(drawn, board, "balanced")
        if test.kernel.in_place[:1] == (test.kernel.sources[0].tensor,)
    ]
    assert len(tests) > 20
    assert run(board, tmp_path, tests) == [""] * len(tests)


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("optimize", ["size", "balanced"])
def test_pools_means_and_sums(board, optimize, tmp_path):
    means = [
        case(reductions.reduction("MEAN", shape=shape, axes=axes), rng(len(axes)), shape)
        for shape, axes in MEANS.values()
    ]
    drawn = [*POOLS.values(), *MAX_POOLS.values(), *SUMS.values(), *CONSTANTS.values(), *means]
    check(board, tmp_path, drawn, optimize)

"""Kernels specialised for layers, on emulated boards: TFLM's bytes, and nothing else is written."""

import numpy as np
import pytest

from tests.build.projects import needs_compiler, needs_qemu
from tests.emit import guarded
from tests.ops import binary, pools, reductions
from tests.ops.single import Case, case
from tests.ops.test_depthwise_conv2d import depthwise

pytestmark = [needs_compiler, needs_qemu]
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
MEANS = {
    "height and width": ((1, 7, 7, 8), (1, 2)),
    "time": ((3, 30, 12), (1,)),
    "256 pixels": ((1, 16, 16, 4), (1, 2)),
}


def check(board: str, cases: list[Case], optimize: str = "balanced") -> None:
    tests = [guarded.ready(drawn, board, optimize) for drawn in cases]
    assert all(tests), [i for i, found in enumerate(tests) if not found]
    flat = [test for found in tests for test in found]
    assert guarded.run(board, flat) == [0] * len(flat)


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("optimize", ["balanced", "speed"])
def test_depthwise_convolutions(board, optimize):
    check(board, [depthwise_case(i, **geometry) for i, geometry in enumerate(DEPTHWISE.values())], optimize)


@pytest.mark.parametrize("board", BOARDS)
def test_pools_means_and_sums(board):
    means = [
        case(reductions.reduction("MEAN", shape=shape, axes=axes), rng(len(axes)), shape)
        for shape, axes in MEANS.values()
    ]
    check(board, [*POOLS.values(), *SUMS.values(), *means])

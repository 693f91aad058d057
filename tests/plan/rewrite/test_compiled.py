"""Rewritten models as generated C: on this machine under sanitizers, and with specialised kernels on a board."""

from functools import partial

import numpy as np
import pytest

from tests.emulated import needs_chain
from tests.exactness import drawing
from tests.exactness.check import difference, expect
from tests.exactness.engines import Compiled
from tests.ops.single import Case
from tests.plan.rewrite.models import NONE, RELU, RELU6, SAME, VALID, Layers
from tests.plan.rewrite.proof import samples
from tinyml import board as boards
from tinyml.board import Board
from tinyml.defaults import OPTIMIZE
from tinyml.emit import Choices, plan_for
from tinyml.graph import read

NOTHING = (0, 0)
GEOMETRIES = [
    ((1, 1), (1, 1), 1, 1),
    ((0, 1), (0, 1), 2, 1),
    ((2, 2), (0, 2), 1, 2),
    ((3, 3), (3, 3), 2, 1),  # windows that lie in the padding whole
]


def padded(channels: int, depthwise: bool, geometry: tuple, padding: int) -> bytes:
    rows, columns, stride, dilation = geometry
    made = Layers((1, 9, 8, channels))
    x = made.pad(made.input, NOTHING, rows, columns, NOTHING)
    weights = made.weights((1, 3, 3, channels) if depthwise else (8, 3, 3, channels))
    bias = np.arange(channels if depthwise else 8) * 30
    x = made.conv(x, weights, bias, padding, stride, dilation=dilation, depthwise=depthwise)
    return made.build(made.apply("RELU6", x))


def narrowed(padding: int, carrier: int) -> bytes:
    """Return a model of which some channels carry nothing, with numbers of channels that are no multiple of 4."""
    made = Layers((1, 9, 8, 3))
    bias = made.rng.integers(-500, 500, 16)
    bias[[1, 2, 9, 14, 15]] = -(10**6)
    x = made.conv(made.input, made.weights((16, 3, 3, 3)), bias, padding, activation=RELU)
    x = made.conv(
        x, made.weights((1, 3, 3, 16)), np.arange(16), SAME, carrier, RELU6, (0.05, -128), depthwise=True
    )
    x = made.conv(x, made.weights((8, 1, 1, 16)), np.arange(8), activation=RELU)
    x = made.apply("MEAN", x, ((1, 8), 0.1, -128), {"keepDims": False}, [made.int32([1, 2])])
    return made.build(made.dense(x, made.weights((3, 8)), [1, 2, 3], NONE))


MODELS = [
    *(
        padded(channels, depthwise, geometry, padding)
        for channels in (4, 3)
        for depthwise in (False, True)
        for geometry in GEOMETRIES
        for padding in (SAME, VALID)
    ),
    *(narrowed(padding, stride) for padding in (SAME, VALID) for stride in (1, 2)),
]


def agree(board: Board | None, optimize: str = OPTIMIZE) -> None:
    make = partial(plan_for, board=board, choices=Choices(optimize=optimize))
    cases = [Case(model, tuple(map(tuple, samples(read(model))))) for model in MODELS]
    expected = [expect(drawing.composed(), case, 0, make) for case in cases]
    jobs = [found.job for found in expected if found.job is not None]
    assert len(jobs) == len(MODELS)
    assert all(job.plan.rewritings for job in jobs)
    for at, (found, answer) in enumerate(zip(expected, Compiled(board).run(jobs), strict=True)):
        assert difference(found, answer) == "", at


@pytest.mark.long
def test_rewritten_models_are_tflms_as_portable_c():
    agree(None)


@needs_chain
@pytest.mark.parametrize(
    "optimize", [*(pytest.param(goal, marks=pytest.mark.long) for goal in ("size", "speed")), "balanced"]
)
def test_rewritten_models_are_tflms_with_specialised_kernels(optimize):
    agree(boards.load("mps2-an386"), optimize)

"""Patches: less RAM for products that are computed twice, and TFLM's bits all the same."""

import random
from functools import cache

import numpy as np
import pytest

from tests.emulated import needs_chain
from tests.exactness import drawing
from tests.exactness.check import Expected, difference, expect
from tests.exactness.engines import Compiled
from tests.ops.single import Case
from tests.plan.rewrite.models import RELU, SAME, VALID, Layers
from tinyml import board as boards
from tinyml.emit import Choices, plan_for
from tinyml.errors import FitError, InputError
from tinyml.graph import read
from tinyml.plan.budget import check_arena, parse_bytes
from tinyml.plan.columns import Columns
from tinyml.plan.patches import divided

IMAGES, SHARE = 2, 0.93


def convolutions(padding: int, channels: int, residual: bool) -> bytes:
    """A wide middle between a narrow input and a small output, with or without a branch around its first layer."""
    made = Layers((1, 24, 24, channels))
    x = made.conv(made.input, made.weights((16, 3, 3, channels)), np.arange(16), padding, activation=RELU)
    y = made.conv(x, made.weights((1, 3, 3, 16)), np.arange(16), SAME, depthwise=True, to=(0.1, 3))
    if residual:
        z = made.tensor(made.shapes[x], 0.15, -5)
        made.model.operator("ADD", [x, y], [z], {})
        y = z
    y = made.conv(y, made.weights((16, 1, 1, 16)), np.arange(16), activation=RELU)
    return made.build(made.conv(y, made.weights((4, 3, 3, 16)), np.arange(4), padding, stride=3))


MODELS = [convolutions(SAME, 3, True), convolutions(VALID, 4, False)]


@cache
def within(board_name: str | None) -> list[Expected]:
    """Return the models in patches, with what TFLM says of them."""
    board = None if board_name is None else boards.load(board_name)
    found = []
    for model in MODELS:
        graph = read(model)
        arena = plan_for(graph, board).memory.arena_bytes
        choices = Choices(ram_budget=int(SHARE * arena))
        case = Case(model, drawing.samples(graph, np.random.default_rng(3)))
        found.append(expect(drawing.images(), case, 0, lambda graph, c=choices: plan_for(graph, board, c)))
        plan = found[-1].job.plan
        assert plan.memory.arena_bytes <= SHARE * arena
        assert plan.recomputed > 0
        assert any(layer.stream.patches > 1 for layer in plan.layers if layer.stream)
    return found


def agree(board_name: str | None) -> None:
    expected = within(board_name)
    engine = Compiled(None if board_name is None else boards.load(board_name))
    for at, (one, answer) in enumerate(zip(expected, engine.run([one.job for one in expected]), strict=True)):
        assert difference(one, answer) == "", at


@pytest.mark.long
def test_models_in_patches_are_tflms_as_portable_c():
    agree(None)


@needs_chain
def test_models_in_patches_are_tflms_with_specialised_kernels():
    agree("mps2-an386")


@pytest.mark.parametrize("seed", range(IMAGES))
def test_a_budget_that_the_plan_keeps_changes_nothing(seed):
    graph = read(drawing.image_case(random.Random(seed)).model)
    plan = plan_for(graph, None)
    same = plan_for(graph, None, Choices(ram_budget=plan.memory.arena_bytes))
    assert same.memory == plan.memory
    assert same.recomputed == 0


def test_a_budget_that_no_plan_keeps_is_refused_with_figures():
    plan = plan_for(read(MODELS[0]), None, Choices(ram_budget=100))
    with pytest.raises(FitError, match=r"the smallest arena that was found has [\d,]+ bytes, .* is 100"):
        check_arena(plan, 100)


@pytest.mark.parametrize(("text", "count"), [("32k", 32768), ("16K", 16384), ("12000", 12000)])
def test_bytes_are_read(text, count):
    assert parse_bytes(text) == count


@pytest.mark.parametrize("text", ["", "0", "k", "-1", "1.5k", "32kB", "9999999999"])
def test_what_is_no_number_of_bytes_is_refused(text):
    with pytest.raises(InputError, match="is no number of bytes"):
        parse_bytes(text)


@pytest.mark.parametrize("choices", [Choices(engine="interpreter"), Choices(arrangement="whole")])
def test_a_budget_goes_with_streams_only(choices):
    with pytest.raises(InputError, match="RAM budget"):
        Choices(choices.engine, choices.optimize, choices.arrangement, 1000).check()


def test_a_window_reaches_beyond_its_columns():
    columns = Columns(width=8, input_width=16, taps=3, stride=2, dilation=2, pad=2)
    assert columns.needed(range(8)) == range(16)
    assert columns.needed(range(2, 4)) == range(2, 9)
    assert columns.needed(range(1)) == range(3)


@pytest.mark.parametrize(("width", "count"), [(8, 3), (7, 2), (24, 6)])
def test_patches_are_all_columns(width, count):
    parts = divided(width, count)
    assert [column for part in parts for column in part] == list(range(width))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1

import dataclasses

import pytest

from tests import small_models
from tinyml import board as boards
from tinyml import graph
from tinyml import plan as plans
from tinyml.errors import FitError
from tinyml.plan.budget import budget, check_fit


def with_sizes(ram: int, flash: int):
    board = boards.load("mps2-an386")
    memory = tuple(
        dataclasses.replace(r, length=ram if r.kind == "ram" else flash) for r in (board.flash, board.ram)
    )
    return dataclasses.replace(board, memory=memory)


@pytest.fixture(scope="module")
def plan():
    return plans.make(graph.read(small_models.classifier()))


def test_a_model_that_fits_is_accepted(plan):
    flash, ram = check_fit(plan, with_sizes(1 << 20, 1 << 20)).regions
    assert ram.needed > ram.parts["arena"] == plan.memory.arena_bytes
    assert flash.needed > flash.parts["weights"] == plan.constant_bytes


def test_too_little_ram_is_refused_with_figures_and_layers(plan):
    missing = 100
    _, ram = budget(plan, with_sizes(1, 1)).regions
    board = with_sizes(ram.needed - missing, 1 << 20)
    with pytest.raises(FitError, match=f"{missing} too many; most tensor bytes .* are alive in 0 CONV_2D"):
        check_fit(plan, board)


def test_too_little_flash_is_refused_with_the_largest_layers(plan):
    with pytest.raises(
        FitError, match=r"ssram1 \(image .*, weights .*too many; the largest constants are those of 2 FULLY"
    ):
        check_fit(plan, with_sizes(1 << 20, 4096))

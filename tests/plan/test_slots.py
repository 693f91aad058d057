import pytest

from tests import small_models
from tinyml import board as boards
from tinyml import graph as graphs
from tinyml import plan as planner
from tinyml.errors import BoardError, FitError, InputError
from tinyml.generate import Origin, generate
from tinyml.plan.slots import HEADER_BYTES, reserve


@pytest.mark.parametrize("name", boards.names())
def test_slots_end_a_region_and_are_taken_from_it(name):
    board = boards.load(name)
    rest, slots = reserve(board, 2000)
    before, after = board.region(slots.region), rest.region(slots.region)
    sector = board.slots.sector if board.slots else 16
    assert slots.start % sector == slots.slot_bytes % sector == 0
    assert after.end == slots.start
    assert 0 <= before.end - slots.start - 2 * slots.slot_bytes < sector
    assert slots.model_bytes == slots.slot_bytes - HEADER_BYTES >= 2000
    assert slots.kind == ("flash" if board.slots else "ram") == before.kind


def test_without_a_fact_the_slots_are_in_the_largest_ram():
    _, slots = reserve(boards.load("mps2-an386"), 1000)
    assert (slots.region, slots.slot_bytes) == ("psram", 1072)


@pytest.mark.parametrize("size", [0, -1])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(InputError, match="not possible"):
        reserve(boards.load("mps2-an386"), size)


def test_slots_that_do_not_fit_are_refused_with_figures():
    with pytest.raises(FitError, match=r"2 slots of 8,256 bytes do not fit sram of microbit, which has 16,384"):
        reserve(boards.load("microbit"), 8190)


def test_flash_needs_a_driver_and_slots_an_interpreter(tmp_path):
    plan = planner.make(graphs.read(small_models.relu()))
    text = boards.load("stm32vldiscovery").text + '\n[slots]\nregion = "flash"\nsector = 1024\n'
    path = tmp_path / "stm32vldiscovery.toml"
    path.write_text(text)
    board, slots = reserve(boards.load(str(path)), 1000)
    origin = Origin("m", "c", "model")
    with pytest.raises(BoardError, match="which the port stm32f1 cannot write"):
        generate(plan, board, origin, tmp_path / "p", engine="interpreter", slots=slots)
    with pytest.raises(InputError, match="'compiled' has no slots"):
        generate(plan, board, origin, tmp_path / "p", slots=slots)
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ('[slots]\nregion = "none"\nsector = 1024', "region"),
        ('[slots]\nregion = "flash"\nsector = 1000', "power of two, not 1000"),
        ('[slots]\nregion = "flash"\nsector = 8', "sector"),
        ('[slots]\nregion = "flash"', "sector"),
    ],
)
def test_a_wrong_fact_is_refused(tmp_path, table, problem):
    path = tmp_path / "board.toml"
    path.write_text(boards.load("stm32vldiscovery").text + f"\n{table}\n")
    with pytest.raises(BoardError, match=problem):
        boards.load(str(path))

"""What a project carries for Renode: reviewed text, and frames that the firmware itself answers as expected."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests import small_models
from tinyml import board as boards
from tinyml import graph
from tinyml import plan as plans
from tinyml.errors import BoardError
from tinyml.generate import Origin, generate, renode

GOLDEN = Path(__file__).parent / "golden"
BOARDS = [name for name in boards.names() if boards.load(name).renode]
# One of each chip family, and all files of one board.
FAMILIES = (
    "hifive1",
    "lm3s6965evb",
    "microbit",
    "mps2-an386",
    "netduinoplus2",
    "nrf52840dk",
    "nrf5340dk",
    "nucleo-h743zi",
    "nucleo-l476rg",
    "nucleo-l552ze",
    "rpi-pico",
    "stm32f746g-disco",
    "stm32vldiscovery",
    "virt-rv32",
)
REVIEWED = [
    *((name, "repl") for name in FAMILIES),
    ("hifive1", "resc"),
    ("netduinoplus2", "resc"),
    ("netduinoplus2", "robot"),
]
ORIGIN = Origin("classifier.tflite", "tinyml generate classifier.tflite --board netduinoplus2", "model")


@pytest.fixture(scope="module")
def plan():
    return plans.make(graph.read(small_models.classifier()))


@pytest.mark.parametrize(("name", "suffix"), REVIEWED)
def test_the_text_is_the_reviewed_one(plan, name, suffix, request):
    text = renode.files(plan, boards.load(name), build_id=0x12345678, arena_bytes=256)[f"renode/{name}.{suffix}"]
    golden = GOLDEN / f"{name}.{suffix}"
    if request.config.getoption("--update-golden"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_a_description_of_each_chip_family_is_reviewed():
    families = {boards.load(name).port for name in BOARDS}
    assert sorted(boards.load(name).port for name in FAMILIES) == sorted(families)


@pytest.mark.parametrize("name", BOARDS)
def test_a_project_lists_its_files_for_renode(plan, name, tmp_path):
    project = generate(plan, boards.load(name), ORIGIN, tmp_path / "p")
    listed = [file for file in project.manifest["files"] if file.startswith("renode/")]
    assert listed == [f"renode/{name}.{suffix}" for suffix in ("repl", "resc", "robot")]
    assert "renode-test" in (project.path / "README.md").read_text()


def test_a_project_for_a_board_without_a_model_has_none(plan, tmp_path):
    board = replace(boards.load("netduinoplus2"), renode=None)
    project = generate(plan, board, ORIGIN, tmp_path / "p")
    assert not [name for name in project.manifest["files"] if name.startswith("renode")]
    assert "renode-test" not in (project.path / "README.md").read_text()
    with pytest.raises(BoardError, match="Renode has no model of the board netduinoplus2"):
        renode.description(board)


@pytest.mark.parametrize("name", BOARDS)
def test_every_region_and_the_console_are_described(name):
    board = boards.load(name)
    text = renode.description(board)
    for region in board.memory:
        assert (
            f"{region.name}: Memory.MappedMemory @ sysbus 0x{region.origin:08X}\n    size: 0x{region.length:X}"
            in text
        )
    assert board.renode
    [line] = [line for line in text.splitlines() if line.startswith(f"{renode.console(board)}: ")]
    assert board.renode.console in line
    assert f"0x{board.console.base:08X}" in line
    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_a_name_with_spaces_is_one_argument():
    assert renode.path(Path("/a b/c.elf")) == "@/a\\ b/c.elf"


@pytest.mark.parametrize(
    ("peripheral", "name"), [("USART6", "usart6"), ("UART0", "uart0"), ("LPUART 1 (AO)", "lpuart_1__ao_")]
)
def test_a_console_has_a_name_that_renode_takes(peripheral, name):
    board = boards.load("netduinoplus2")
    assert renode.console(replace(board, console=replace(board.console, peripheral=peripheral))) == name

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tinyml import board as boards
from tinyml.generate import platformio

GOLDEN = Path(__file__).parent / "golden"
REVIEWED = ("microbit", "mps2-an386", "mps3-an547", "netduinoplus2", "stm32vldiscovery")


@pytest.mark.parametrize("name", REVIEWED)
@pytest.mark.parametrize(
    ("path", "golden"),
    [("lib/tinyml_port/tm_linker.ld", "tm_linker.ld"), ("lib/tinyml_port/tm_board.h", "tm_board.h")],
)
def test_rendered_files_are_as_reviewed(name, path, golden):
    assert platformio.files(boards.load(name))[path] == (GOLDEN / f"{name}-{golden}").read_text()


def test_the_files_of_a_project():
    files = platformio.files(boards.load("netduinoplus2"))
    assert sorted(files) == [
        "lib/tinyml_port/tm_board.h",
        "lib/tinyml_port/tm_cortex_m.h",
        "lib/tinyml_port/tm_cpu.c",
        "lib/tinyml_port/tm_linker.ld",
        "lib/tinyml_port/tm_startup.c",
        "lib/tinyml_port/tm_stm32f4.c",
        "platformio.ini",
        "platforms/tinyml/boards/netduinoplus2.json",
        "platforms/tinyml/builder/main.py",
        "platforms/tinyml/platform.json",
        "platforms/tinyml/platform.py",
    ]


def test_the_stack_has_the_size_that_was_asked_for():
    board = replace(boards.load("mps2-an386"), stack_bytes=8192)
    assert "PROVIDE(__tm_stack_size = 8192);" in platformio.files(board)["lib/tinyml_port/tm_linker.ld"]


def test_platformio_hears_the_board_and_its_memory():
    files = platformio.files(boards.load("netduinoplus2"))
    assert "board = netduinoplus2\n" in files["platformio.ini"]
    manifest = json.loads(files["platforms/tinyml/boards/netduinoplus2.json"])
    assert manifest["upload"] == {"maximum_ram_size": 131072, "maximum_size": 1048576}
    assert manifest["build"]["f_cpu"] == "168000000L"
    assert manifest["build"]["flags"][-1] == "-mno-unaligned-access"  # the port makes them fault
    assert manifest["toolchain"] == {"prefix": "arm-none-eabi-", "package": "toolchain-gccarmnoneeabi"}


def test_platformio_hears_of_the_compiler_of_a_risc_v_board():
    files = platformio.files(boards.load("hifive1"))
    manifest = json.loads(files["platforms/tinyml/boards/hifive1.json"])
    packages = json.loads(files["platforms/tinyml/platform.json"])["packages"]
    assert manifest["toolchain"] == {"prefix": "riscv64-unknown-elf-", "package": "toolchain-riscv"}
    assert packages["toolchain-riscv"]["optional"]
    assert "uses riscv64-unknown-elf-gcc" in files["platformio.ini"]

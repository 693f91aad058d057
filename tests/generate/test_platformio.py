import json
from dataclasses import replace
from pathlib import Path

import pytest

from tinyml import board as boards
from tinyml.generate import platformio
from tinyml.plan.placement import place

GOLDEN = Path(__file__).parent / "golden"
REVIEWED = sorted(path.name for path in GOLDEN.glob("*-tm_*"))


def files(board, given=None):
    return platformio.files(board, place(board, {}, given or {}))


@pytest.mark.parametrize("golden", REVIEWED)
def test_rendered_files_are_as_reviewed(golden):
    name, _, path = golden.rpartition("-")
    assert files(boards.load(name))[f"lib/tinyml_port/{path}"] == (GOLDEN / golden).read_text()


def test_a_linker_script_with_weights_in_ram_is_as_reviewed():
    script = files(boards.load("netduinoplus2"), given={"weights": "ccm"})["lib/tinyml_port/tm_linker.ld"]
    assert script == (GOLDEN / "netduinoplus2-weights_in_ccm.ld").read_text()


def test_the_files_of_a_project():
    texts = files(boards.load("netduinoplus2"))
    assert sorted(texts) == [
        "lib/tinyml_port/tm_baud.h",
        "lib/tinyml_port/tm_board.h",
        "lib/tinyml_port/tm_cortex_m.h",
        "lib/tinyml_port/tm_cpu.c",
        "lib/tinyml_port/tm_interrupt.h",
        "lib/tinyml_port/tm_linker.ld",
        "lib/tinyml_port/tm_memcpy.c",
        "lib/tinyml_port/tm_startup.c",
        "lib/tinyml_port/tm_stm32.h",
        "lib/tinyml_port/tm_stm32_gpio.h",
        "lib/tinyml_port/tm_stm32_rcc_f4.h",
        "lib/tinyml_port/tm_stm32_timer.h",
        "lib/tinyml_port/tm_stm32_usart_v1.h",
        "lib/tinyml_port/tm_stm32f4.c",
        "lib/tinyml_port/tm_variables.h",
        "platformio.ini",
        "platforms/tinyml/boards/netduinoplus2.json",
        "platforms/tinyml/builder/main.py",
        "platforms/tinyml/builder/upload.py",
        "platforms/tinyml/platform.json",
        "platforms/tinyml/platform.py",
    ]


def test_the_stack_has_the_size_that_was_asked_for():
    board = replace(boards.load("mps2-an386"), stack_bytes=8192)
    assert "PROVIDE(__tm_stack_size = 8192);" in files(board)["lib/tinyml_port/tm_linker.ld"]


def test_platformio_hears_the_board_and_its_memory():
    texts = files(boards.load("netduinoplus2"))
    assert "board = netduinoplus2\n" in texts["platformio.ini"]
    manifest = json.loads(texts["platforms/tinyml/boards/netduinoplus2.json"])
    upload = manifest["upload"]
    assert (upload["maximum_ram_size"], upload["maximum_size"]) == (131072 + 65536, 1048576)
    assert (upload["tool"], upload["usb"], upload["address"]) == ("dfu", "0483:df11", 0x08000000)
    assert manifest["build"]["f_cpu"] == "168000000L"
    assert "-mno-unaligned-access" in manifest["build"]["flags"]  # the port makes them fault
    assert manifest["toolchain"] == {"prefix": "arm-none-eabi-", "package": "toolchain-gccarmnoneeabi"}


@pytest.mark.parametrize("board", ["netduinoplus2", "hifive1"])
def test_no_compiler_drops_a_layer_whose_output_lies_upon_its_input(board):
    manifest = json.loads(files(boards.load(board))[f"platforms/tinyml/boards/{board}.json"])
    assert "-fno-delete-null-pointer-checks" in manifest["build"]["flags"]


def test_platformio_hears_of_the_compiler_of_a_risc_v_board():
    texts = files(boards.load("hifive1"))
    manifest = json.loads(texts["platforms/tinyml/boards/hifive1.json"])
    packages = json.loads(texts["platforms/tinyml/platform.json"])["packages"]
    assert manifest["toolchain"] == {"prefix": "riscv64-unknown-elf-", "package": "toolchain-riscv"}
    assert packages["toolchain-riscv"]["optional"]
    assert "uses riscv64-unknown-elf-gcc" in texts["platformio.ini"]

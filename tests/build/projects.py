"""Small projects that build and run without a model, and the conditions of tests that build them."""

import shutil
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from tinyml import board as boards
from tinyml import resources
from tinyml.architecture import CORTEX_M
from tinyml.generate import platformio, project
from tinyml.generate.project import Project
from tinyml.plan.placement import place


def needs(program: str) -> pytest.MarkDecorator:
    """Skip a test where `program` is not installed."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"needs {program}, which is not installed")


needs_compiler = needs(CORTEX_M.compiler)
needs_qemu = needs(CORTEX_M.emulator)


def _runnable(names: Iterable[str]) -> list[ParameterSet]:
    """Return `names` for parametrize, those skipped whose compiler or emulator is missing."""
    architectures = {name: boards.load(name).architecture for name in names}
    return [
        pytest.param(name, marks=[needs(architecture.compiler), needs(architecture.emulator)])
        for name, architecture in architectures.items()
    ]


# What builds and whole deployments of larger models are tested with; what depends on the core or on the chip is
# tested with one board of each kind, and what takes no time with all of them.
NAMES = ("mps2-an386", "netduinoplus2", "hifive1", "virt-rv32")
BUILT = [pytest.param(name, marks=needs(boards.load(name).architecture.compiler)) for name in NAMES]
BOARDS = _runnable(NAMES)
KINDS = _runnable((*NAMES, "microbit", "stm32vldiscovery", "mps2-an505", "lm3s6965evb"))
ALL_BOARDS = _runnable(name for name in boards.names() if boards.load(name).qemu)
# All boards for what takes a second or more with each: those of a kind that another has too only with --long.
DEPLOYED = [
    *KINDS,
    *(
        pytest.param(*board.values, marks=[*board.marks, pytest.mark.long])
        for board in ALL_BOARDS
        if board.values not in [kind.values for kind in KINDS]
    ),
]

MINIMAL_MAIN = """\
#include "tm_model.h"
#include "tm_port.h"

static const uint8_t weights[100] TM_CONSTANT = {1, 2, 3};
static uint8_t arena[64] TM_ARENA;
static uint8_t frame[24] TM_LINK;
static uint32_t variable = 7;
static uint32_t zeros[10];

void tm_fault(const tm_fault_state *state) {
  (void)state;
  tm_port_halt();
}

int main(void) {
  tm_port_init();
  for (volatile uint32_t i = 0;; ++i) {
    arena[i % sizeof arena] = weights[i % sizeof weights];
    frame[i % sizeof frame] = (uint8_t)variable++;
    zeros[i % 10] += arena[i % 7];
    tm_port_write((uint8_t)(frame[i % 5] + zeros[i % 3]));
  }
}
"""


def write(folder: Path, board_name: str, main: str = MINIMAL_MAIN) -> Project:
    """Write a project whose only source of its own is `main`."""
    board = boards.load(board_name)
    files = {name: text.encode() for name, text in platformio.files(board, place(board, {}, {})).items()}
    for header in ("tm_port.h", "tm_model.h"):
        files[f"lib/tinyml_runtime/{header}"] = (resources.firmware() / "runtime" / header).read_bytes()
    files["src/main.c"] = main.encode()
    files[project.BOARD] = board.text.encode()
    facts = {
        "tinyml": "test",
        "build_id": 0,
        "model": {"path": "none", "sha256": ""},
        "board": board.name,
        "placement": asdict(place(board, {}, {})),
        "engine": "compiled",
        "prefix": "model",
        "optimize": "",
        "arrangement": "whole",
        "ram_budget": None,
        "arena_bytes": 0,
        "macs": 0,
    }
    return project.write(folder, files, facts)

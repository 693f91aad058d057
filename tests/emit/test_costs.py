"""The table of what kernels cost (tinyml/plan/costs.toml), measured again; `tools/costs --update` writes it."""

import shutil
import tomllib

import pytest

from tests.emit import costs
from tests.emit.grid import grid
from tests.emulated import needs_chain
from tinyml import kernels
from tinyml.emit import GOALS
from tinyml.plan.costs import TABLE, layer_code_bytes, row_loop_bytes
from tinyml.plan.rows import functions

pytestmark = needs_chain
STALE = "run tools/costs --update"
COMPILERS_DIFFER = 0.2  # of the bytes of what is compiled from C
LOOPS_DIFFER = 0.02  # of the instructions, as C calls the kernels row by row


@pytest.fixture(scope="module")
def table():
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("goal", GOALS)
def test_specialised_kernels_are_as_long_as_the_table_says(table, goal):
    found = costs.assembled(costs.plan(goal))
    keys = ("code", "constants")
    told = {name: {key: goals[goal][key] for key in keys} for name, goals in table["layers"].items()}
    assert told == found, STALE


@pytest.mark.parametrize("goal", GOALS)
def test_the_planner_knows_their_bytes(table, goal):
    for name, layer in zip(grid().names, costs.plan(goal).layers, strict=True):
        assert layer_code_bytes(layer) == table["layers"][name][goal]["code"] + row_loop_bytes()
        assert sum(function.code_bytes for function in functions([layer.rows])) < layer_code_bytes(layer)


@pytest.mark.long
def test_the_instructions_are_those_of_the_table(table):
    counted, around = costs.executed("balanced")
    told = {name: goals["balanced"]["instructions"] for name, goals in table["layers"].items()}
    assert counted == pytest.approx(told, rel=LOOPS_DIFFER), STALE
    assert around == pytest.approx(table["code"]["row_loop"], rel=COMPILERS_DIFFER, abs=32), STALE


@pytest.mark.long
@pytest.mark.skipif(shutil.which("riscv64-unknown-elf-gcc") is None, reason="no compiler for RISC-V")
def test_portable_kernels_are_about_as_long_as_the_table_says(table):
    told = table["code"]["any_layer"]
    assert set(told) == set(kernels.names())
    assert costs.portable() == pytest.approx(told, rel=COMPILERS_DIFFER, abs=32), STALE
    assert costs.for_layers() == pytest.approx(table["code"]["one_layer"], rel=COMPILERS_DIFFER, abs=32), STALE

"""The stage: what gets specialised kernels where, and how that shows."""

import re
import shutil
import subprocess

import numpy as np
import pytest

from tests import small_models
from tests.emit.grid import grid
from tests.generate.test_source import ORIGIN
from tests.ops import weights
from tests.ops.test_conv2d import conv
from tests.ops.test_depthwise_conv2d import depthwise
from tests.ops.test_fully_connected import dense
from tinyml import board as boards
from tinyml import graph, kernels
from tinyml import plan as plans
from tinyml.emit import EMITTERS, GOALS, check_goal, specialise
from tinyml.errors import InputError
from tinyml.generate.source import files
from tinyml.plan.budget import check_fit


@pytest.fixture(scope="module")
def plan():
    return plans.make(graph.read(small_models.classifier()))


def test_the_header_of_a_kernel_says_that_it_is_specialised():
    told = {name for name in kernels.names() if "dsp" in kernels.load(name).variants}
    assert told == set(EMITTERS)


@pytest.mark.parametrize(
    ("board", "has"),
    [
        ("mps2-an386", True),
        ("mps2-an500", True),
        ("mps2-an505", True),
        ("mps2-an385", False),
        ("mps2-an521", False),
    ],
)
def test_cores_with_the_dsp_extension_get_specialised_kernels(plan, board, has):
    made = specialise(plan, boards.load(board))
    assert [layer.rows is not None for layer in made.layers] == [has, has, False]
    assert [layer.kernels[0].startswith("conv2d_") for layer in made.layers] == [True, has, False]
    assert made.layers[2].kernels == ("softmax_s8",)
    assert any(name.endswith(".S") for name in files(made, ORIGIN)) == has


def test_the_scratch_of_a_layer_overlaps_none_of_its_tensors(plan):
    made = specialise(plan, boards.load("mps2-an386"), arrangement="whole")
    for layer in made.layers:
        if layer.rows is None:
            continue
        start = made.memory.scratch[layer.index]
        assert start % 4 == 0
        scratch = range(start, start + layer.rows.scratch_bytes)
        assert scratch.stop <= made.memory.arena_bytes
        for tensor in (layer.rows.output, *(source.tensor for source in layer.rows.sources)):
            first = made.memory.offsets[tensor]
            assert first >= scratch.stop or first + made.graph.tensors[tensor].nbytes <= scratch.start


@pytest.mark.parametrize("optimize", GOALS)
def test_two_runs_give_the_same_text_without_portable_arrays(plan, optimize):
    board = boards.load("mps2-an386")
    again = plans.make(graph.read(small_models.classifier()))
    texts = files(specialise(plan, board, optimize), ORIGIN)
    assert texts == files(specialise(again, board, optimize), ORIGIN)
    assert "conv2d_s8" not in texts["src/model.c"]
    assert "lib/tinyml_kernels/tm_rows.h" in texts
    assert "lib/tinyml_kernels/conv2d_s8.h" not in texts


def test_the_assembly_tells_its_model_and_layers(plan):
    text = files(specialise(plan, boards.load("mps2-an386")), ORIGIN)["src/model_kernels.S"]
    assert plan.graph.sha256 in text
    assert ORIGIN.command in text
    assert "Layers: 0 CONV_2D (t3)." in text
    functions = re.findall(r"^([a-z]\w+):$", text, re.MULTILINE)
    assert len(functions) == len(set(functions)) > 2
    assert all(f".size {name}, . - {name}" in text for name in functions)


@pytest.mark.parametrize("computed", [(weights.BIAS,), (weights.FILTER,)])
@pytest.mark.parametrize("layer", [dense, conv, depthwise])
def test_layers_whose_weights_are_computed_keep_the_portable_kernel(layer, computed):
    made = plans.make(graph.read(layer(np.random.default_rng(0), computed=computed)))
    assert specialise(made, boards.load("mps2-an386")).layers[-1].rows is None


def test_an_unknown_goal_is_refused():
    with pytest.raises(InputError, match="fast"):
        check_goal("fast")


def test_kernels_whose_scratch_the_ram_does_not_hold_are_left_out():
    deep = plans.make(graph.read(dense(np.random.default_rng(0), shape=(1, 65_000), channels=2)))
    assert specialise(deep, boards.load("mps2-an386")).layers[0].rows is not None
    small = boards.load("microbit-v2")
    assert specialise(deep, small).layers[0].rows is None
    check_fit(specialise(deep, small), small)


@pytest.mark.parametrize(
    "cpu", ["cortex-m4", *(pytest.param(cpu, marks=pytest.mark.long) for cpu in ("cortex-m7", "cortex-m33"))]
)
@pytest.mark.parametrize(
    "compiler", [["arm-none-eabi-gcc"], ["clang", "--target=arm-none-eabi"]], ids=lambda c: c[0]
)
@pytest.mark.parametrize("optimize", GOALS)
def test_compilers_assemble_it(tmp_path, compiler, cpu, optimize):
    if shutil.which(compiler[0]) is None:
        pytest.skip(f"{compiler[0]} is not installed")
    source = tmp_path / "model_kernels.S"
    made = specialise(plans.make(graph.read(grid().build())), boards.load("mps2-an386"), optimize)
    source.write_text(files(made, ORIGIN)["src/model_kernels.S"])
    flags = [f"-mcpu={cpu}", "-mthumb", "-mfloat-abi=soft", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([*compiler, *flags, "-c", source, "-o", tmp_path / "kernels.o"], check=True, timeout=60)

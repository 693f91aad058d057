"""A rewritten model from the command to the record: what was done is told, and a mismatch is still located."""

import json
import re
import shutil

import pytest

import tinyml
from tests.emulated import needs_chain
from tests.plan.rewrite.models import RELU, SAME, Layers
from tinyml.generate import Project

pytestmark = needs_chain
BOARD = "mps2-an385"  # a Cortex-M3: portable kernels, whose biases are arrays as the model has them


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    made = Layers((1, 6, 6, 3))
    padded = made.pad(made.input, (0, 0), (1, 1), (1, 1), (0, 0))
    x = made.conv(padded, made.weights((6, 3, 3, 3)), [9, -(10**6), 50, -(10**6), 8, 7], activation=RELU)
    x = made.conv(x, made.weights((1, 3, 3, 6)), range(6), SAME, depthwise=True, to=(0.1, 0))
    y = made.dense(made.reshape(x, (1, 216)), made.weights((4, 216)), [1, 2, 3, 4])
    path = tmp_path_factory.mktemp("model") / "narrow.tflite"
    path.write_bytes(made.build(y))
    return path


@pytest.fixture(scope="module")
def deployed(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("deployed") / "project"
    return folder, tinyml.deploy(model, BOARD, random=4, out=folder)


def test_a_rewritten_model_is_bit_exact_and_the_record_tells_what_was_saved(deployed):
    folder, record = deployed
    assert (record["exact"], record["samples"]) == (4, 4)
    assert [rewriting["name"] for rewriting in record["rewritings"]] == ["padding", "channels"]
    assert record["rewritings"][1]["done"] == ["2 of 6 channels of 1 CONV_2D (t5) carry nothing"]
    assert all(value > 0 for value in record["rewritings"][1]["saved"].values())
    assert json.loads((folder / "record.json").read_text()) == record
    assert len(record["layers"]) == len(Project.load(folder).plan().layers) == 3
    assert "With 0 PAD (t2)." in (folder / "src/model.c").read_text(encoding="utf-8")


def test_the_recorded_expectations_hold_for_a_rewritten_model(deployed):
    assert tinyml.validate(deployed[0])["exact"] == 4


def test_a_wrong_bias_of_a_layer_that_lost_channels_is_located(deployed, tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(deployed[0], folder)
    source = folder / "src/model.c"
    text = source.read_text(encoding="utf-8")
    # The third of four channels that are left is the model's fifth, of whose bias 8 this makes RELU's end.
    wrong, count = re.subn(r"(model_layer_0_bias\[4\][^{]*{\s*-?\d+, -?\d+, )-?\d+", r"\g<1>100000000", text)
    assert count == 1
    source.write_text(wrong, encoding="utf-8")
    tinyml.build(folder)
    record = tinyml.validate(folder, random=3)
    assert record["first_mismatch"] == "1 CONV_2D (t5)"
    assert record["mismatch"]["element"] % 4 == 2
    assert record["mismatch"]["got"] == 127
    assert 0 < record["mismatch"]["differing"] <= 36


def test_the_interpreter_runs_the_file_as_it_is(model):
    plan, _ = tinyml.inspect(model, engine="interpreter")
    assert plan.rewritings == ()
    assert len(plan.layers) == 4

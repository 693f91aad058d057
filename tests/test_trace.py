"""A mismatch of a model whose layers take turns: which layer is wrong, or that the plan is to blame."""

import numpy as np
import pytest

import tinyml
from tests.emulated import needs_chain
from tests.plan.rewrite.models import RELU, SAME, Layers
from tinyml.emit import conv2d
from tinyml.generate.project import Project
from tinyml.plan import streaming

pytestmark = needs_chain
BOARD = "mps2-an386"


@pytest.fixture
def model(tmp_path):
    made = Layers((1, 40, 8, 8))
    x = made.input
    for before, after in ((8, 32), (32, 32), (32, 8)):
        x = made.conv(x, made.weights((after, 3, 3, before)), np.arange(after), activation=RELU, padding=SAME)
    path = tmp_path / "convolutions.tflite"
    path.write_bytes(made.build(x))
    return path


def test_a_plan_that_gives_rows_too_early_is_blamed(model, tmp_path, monkeypatch):
    needed = streaming.last_needed
    monkeypatch.setattr(streaming, "last_needed", lambda source, call: max(needed(source, call) - 1, 0))
    record = tinyml.deploy(model, BOARD, random=3, out=tmp_path / "p")
    assert record["exact"] == 0
    assert "to 2 CONV_2D" in record["first_mismatch"]
    assert record["mismatch"]["note"].startswith(
        "the first rows that differ as they are written are those of 1 CONV_2D"
    )
    assert "the plan is to blame" in record["mismatch"]["note"]
    monkeypatch.undo()
    assert Project.load(tmp_path / "p/trace").choices().arrangement == "whole"
    assert tinyml.validate(tmp_path / "p/trace", random=3)["exact"] == 3


@pytest.mark.long
def test_a_layer_that_is_wrong_in_turns_is_named(model, tmp_path, monkeypatch):
    right = conv2d._fill_word

    def wrong(site):
        return right(site) + (1 if site.operator.index == 1 else 0)

    monkeypatch.setattr(conv2d, "_fill_word", wrong)
    record = tinyml.deploy(model, BOARD, random=3, out=tmp_path / "p")
    assert record["exact"] < 3
    assert record["first_mismatch"].startswith("1 CONV_2D")
    assert record["mismatch"]["element"] is not None
    assert record["mismatch"]["note"] == ""


def test_an_edited_project_is_told_to_be_one(model, tmp_path):
    tinyml.generate(model, BOARD, out=tmp_path / "p")
    source = tmp_path / "p/src/model.c"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("_steps[] = {\n    0, 0", "_steps[] = {\n    0, 1"), encoding="utf-8")
    assert source.read_text(encoding="utf-8") != text
    tinyml.build(tmp_path / "p")
    record = tinyml.validate(tmp_path / "p", random=3)
    assert record["exact"] < 3
    assert "edited" in record["mismatch"]["note"]

"""`tinyml replay`: a record's work done again, from what lies beside it and from what is given."""

import json
import shutil

import numpy as np
import pytest

from tests import small_models
from tests.emulated import needs_chain
from tinyml import pipeline
from tinyml.cli.application import run


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """A project of random samples, and one of samples from a file on a board of the user's, with `--place`."""
    folder = tmp_path_factory.mktemp("projects")
    (folder / "m.tflite").write_bytes(small_models.classifier())
    np.save(folder / "x.npy", np.random.default_rng(1).normal(size=(9, 6, 6, 2)).astype(np.float32))
    board = pipeline.board("mps2-an386").text.replace('name = "mps2-an386"', 'name = "mine"')
    (folder / "mine.toml").write_text(board)
    model, silent = folder / "m.tflite", {"desk": False}
    pipeline.generate(model, "mps2-an386", out=folder / "random")
    pipeline.generate(model, str(folder / "mine.toml"), out=folder / "file", place=["arena=psram"], prefix="net")
    for name, samples in (("random", {"random": 4, "seed": 2}), ("file", {"data": folder / "x.npy", "limit": 4})):
        pipeline.build(folder / name)
        pipeline.validate(folder / name, **samples, **silent)
    return folder


@pytest.fixture
def replay(tmp_path, monkeypatch, capsys):
    """Replay in an empty folder; return the exit code, and what was told as JSON."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = run(["replay", *map(str, arguments), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return call


@needs_chain
@pytest.mark.parametrize("name", ["random", "file"])
def test_a_project_is_replayed_to_the_same_image_and_figures(projects, replay, name, tmp_path):
    shutil.copytree(projects / name, tmp_path / "elsewhere", ignore=shutil.ignore_patterns(".pio"))
    code, told = replay("elsewhere")
    assert (code, told["same"], told["differing"]) == (0, True, [])
    rows = {row["figure"]: row for row in told["figures"]}
    assert len(rows["image"]["again"]) == 64
    assert rows["bit-exact"]["again"] == 4
    assert not [path for path in tmp_path.iterdir() if path.name != "elsewhere"]


@needs_chain
def test_a_record_alone_is_replayed_from_what_is_given(projects, replay, tmp_path):
    shutil.copy(projects / "file/record.json", tmp_path)
    given = ["--board", projects / "mine.toml", "--data", projects / "x.npy", "--model", projects / "m.tflite"]
    code, told = replay("record.json", *given, "--out", "kept")
    assert (code, told["differing"]) == (0, [])
    assert (tmp_path / "kept/src/net.c").is_file()


@pytest.mark.long
@needs_chain
def test_what_differs_is_named_with_exit_code_1(projects, replay, tmp_path):
    record = json.loads((projects / "random/record.json").read_text())
    record["hashes"]["image"] = "00" * 32
    record["instructions"]["median"] += 1
    (tmp_path / "record.json").write_text(json.dumps(record))
    shutil.copy(projects / "m.tflite", tmp_path)
    code, told = replay("record.json")
    assert (code, told["same"], told["differing"]) == (1, False, ["image", "instructions, median"])


@needs_chain
@pytest.mark.parametrize(
    ("change", "sentence", "hint"),
    [
        ({"schema": 99}, "has the schema 99, and this tinyml replays 1", "the tinyml that wrote it"),
        ({"options": None}, "does not say how it was made", "Generate the project again"),
        ({"options": {"out": "/etc"}}, "does not say how it was made", "Generate the project again"),
        ({"hashes": {"board": "x"}}, "does not say how it was made", "Generate the project again"),
        ({}, "is not beside the record and not here", "--model"),
        ({"target": "serial"}, "is not beside the record and not here", "--model"),
    ],
)
def test_what_cannot_be_replayed_is_one_sentence_with_the_next_step(
    projects, replay, tmp_path, change, sentence, hint
):
    record = json.loads((projects / "random/record.json").read_text()) | change
    (tmp_path / "record.json").write_text(json.dumps(record))
    code, told = replay("record.json")
    assert code == 2
    assert sentence in told["error"]
    assert hint in told["hint"]


@needs_chain
def test_missing_samples_another_model_and_a_missing_port_are_told(projects, replay, tmp_path):
    record = json.loads((projects / "file/record.json").read_text())
    (tmp_path / "record.json").write_text(json.dumps(record))
    given = ["--board", projects / "mine.toml", "--model", projects / "m.tflite"]
    code, told = replay("record.json", *given)
    assert (code, told["hint"]) == (2, "Give their file with --data.")
    (tmp_path / "other.tflite").write_bytes(small_models.relu())
    code, told = replay("record.json", "--model", "other.tflite")
    assert code == 2
    assert "other.tflite holds" in told["error"]
    (tmp_path / "record.json").write_text(json.dumps(record | {"target": "serial"}))
    code, told = replay("record.json", *given)
    assert (code, told["error"]) == (2, "no serial port was given")

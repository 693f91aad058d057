import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.emulated import needs_chain
from tinyml import board, graph, plan, quantize, samples, starter
from tinyml.errors import ProjectError
from tinyml.generate import ENGINES
from tinyml.plan.budget import check_fit

FILES = ["README.md", "features.py", "requirements.txt", "speech.py", "test_board.py", "train.py"]
OPERATORS = {"CONV_2D", "DEPTHWISE_CONV_2D", "MEAN", "FULLY_CONNECTED", "SOFTMAX"}


@pytest.mark.parametrize("name", ["new", "new/deeper", "empty"])
def test_starter_is_written_to_a_new_or_empty_folder(tmp_path: Path, name: str):
    (tmp_path / "empty").mkdir()
    written = starter.create("keyword-spotting", tmp_path / name)
    assert written == [tmp_path / name / file for file in FILES]
    assert sorted(path.name for path in (tmp_path / name).iterdir()) == sorted(FILES)


def test_folder_in_use_is_left_alone(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ProjectError, match="is not empty"):
        starter.create("keyword-spotting", tmp_path)
    with pytest.raises(ProjectError, match="is a file"):
        starter.create("keyword-spotting", tmp_path / "mine.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_unknown_starter_names_those_that_there_are(tmp_path: Path):
    with pytest.raises(ProjectError, match="no starter 'keywords'") as caught:
        starter.create("keywords", tmp_path / "new")
    assert "keyword-spotting" in caught.value.hint
    assert not (tmp_path / "new").exists()


def test_failed_copy_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full_disk(source: Path, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full_disk)
    with pytest.raises(OSError, match="No space"):
        starter.create("keyword-spotting", tmp_path)
    assert not list(tmp_path.iterdir())


def load_module(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_features_of_a_tone(tmp_path: Path):
    starter.create("keyword-spotting", tmp_path)
    features = load_module(tmp_path / "features.py")
    tone = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000).astype(np.float32)
    made = features.mfcc(tone)
    assert (made.shape, made.dtype) == ((49, 10, 1), np.float32)
    # A steady tone has the same features in every frame; twice the loudness adds log(4) to all 40 bands' power.
    np.testing.assert_allclose(made - made[:1], 0, atol=0.05)
    louder = features.mfcc(2 * tone)[:, 0, 0] - made[:, 0, 0]
    np.testing.assert_allclose(features.DCT.T @ features.DCT, np.eye(10), atol=1e-5)
    assert 0 < louder.mean() <= np.log(4) * np.sqrt(40) + 0.01


def test_recording_is_of_the_same_length(tmp_path: Path):
    starter.create("keyword-spotting", tmp_path)
    speech = load_module(tmp_path / "speech.py")
    rng = np.random.default_rng(0)
    for clip in (
        np.zeros(16_000, np.int16),
        np.full(16_000, 1000, np.int16),
        np.eye(1, 16_000, 8000, np.int16)[0],
    ):
        heard = speech.record(clip, rng)
        assert heard.shape == (16_000,)
        assert np.isfinite(heard).all()
    assert not set(speech.VOICES) & set(speech.TEST_VOICES)


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """The starter's folder after a small training, with what that leaves."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed")
    folder = tmp_path_factory.mktemp("trained")
    starter.create("keyword-spotting", folder)
    command = [sys.executable, "train.py", "--words", "2", "--voices", "2", "--epochs", "1", "--filters", "32"]
    done = subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "tinyml deploy model.keras --data calibration.npz" in done.stdout
    return folder


def test_small_training_gives_a_model_that_converts(trained: Path):
    converted = quantize.convert(trained / "model.keras", trained / "calibration.npz", trained / "test.npz")
    read = graph.read(converted.data)
    assert {operator.name for operator in read.operators} == OPERATORS
    made = plan.make(read)
    assert made.memory.arena_bytes < 9 * 1024
    for engine in ENGINES:
        check_fit(made, board.load("microbit"), engine)
    held_out = samples.load(trained / "test.npz", [read.tensors[at] for at in read.inputs])
    runtime = pytest.importorskip(
        "tflite_micro.python.tflite_micro.runtime", reason="tflite-micro is not installed"
    )
    interpreter = runtime.Interpreter.from_bytes(converted.data)
    interpreter.set_input(samples.quantize(held_out, read).inputs[0][:1], 0)
    interpreter.invoke()
    assert interpreter.get_output(0).shape == (1, 4)


@needs_chain
def test_the_starters_own_test_proves_its_model_on_a_board(trained: Path):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tinyml.pytest_plugin", "--junitxml=junit.xml"]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, cwd=trained, env=env, capture_output=True, text=True, timeout=200)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    junit = (trained / "junit.xml").read_text()
    samples = re.search(r'name="tinyml.samples" value="(\d+)"', junit)
    assert samples
    assert f'name="tinyml.exact" value="{samples[1]}"' in junit

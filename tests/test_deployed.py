"""What a deployment's build depends on, and how processes take turns at a board."""

import dataclasses
import fcntl
import threading
from pathlib import Path

import pytest

from tests import small_models
from tinyml import deployed, pipeline, resources
from tinyml.build import Image, Sizes
from tinyml.deployed import Deployed, Deployment
from tinyml.errors import BoardError, InputError, ModelError


@pytest.fixture
def deployment(tmp_path):
    model = tmp_path / "m.tflite"
    model.write_bytes(small_models.relu())
    return Deployment(model, "mps2-an386")


def test_equal_contents_have_one_key_wherever_they_lie(deployment, tmp_path):
    (tmp_path / "other").mkdir()
    copy = tmp_path / "other/m.tflite"
    copy.write_bytes(deployment.model.read_bytes())
    board = tmp_path / "mps2-an386.toml"
    board.write_bytes((resources.boards() / "mps2-an386.toml").read_bytes())
    other = dataclasses.replace(deployment, model=copy, board=str(board), random=7, target="serial", port="/dev/x")
    assert other.key() == deployment.key()


@pytest.mark.parametrize(
    "change",
    [
        {"board": "netduinoplus2"},
        {"engine": "interpreter"},
        {"optimize": "size"},
        {"place": ("arena=psram",)},
        {"prefix": "net"},
    ],
)
def test_whatever_changes_the_image_changes_the_key(deployment, change):
    assert dataclasses.replace(deployment, **change).key() != deployment.key()


def test_another_model_has_another_key(deployment):
    before = deployment.key()
    deployment.model.write_bytes(small_models.relu((1, 9)))
    assert deployment.key() != before


def test_calibration_changes_the_key_of_a_float_model_only(deployment, tmp_path):
    model = tmp_path / "m.keras"
    model.write_bytes(b"k")
    keys = []
    for data in ("a.npy", "b.npy"):
        (tmp_path / data).write_bytes(data.encode())
        for of in (deployment, dataclasses.replace(deployment, model=model)):
            keys.append(dataclasses.replace(of, data=tmp_path / data).key())
    assert keys[0] == keys[2] == deployment.key()
    assert keys[1] != keys[3]


def test_what_is_not_there_is_told_by_the_key(deployment):
    with pytest.raises(ModelError, match="does not exist"):
        dataclasses.replace(deployment, model=Path("none.tflite")).key()
    with pytest.raises(BoardError, match="no board is called"):
        dataclasses.replace(deployment, board="arduino").key()


def test_a_misspelt_option_is_told_with_the_known_ones():
    with pytest.raises(InputError, match="no option 'sed'") as caught:
        deployed.check_options({"random": 1, "sed": 3})
    assert "seed" in caught.value.hint


def test_a_missing_port_is_told_before_anything_is_built(deployment, tmp_path):
    made = Deployed(dataclasses.replace(deployment, target="serial"), tmp_path / "builds")
    for use in (made.validate, lambda: made.device.session):
        with pytest.raises(InputError, match="no serial port was given"):
            use()
    assert not (tmp_path / "builds").exists()


@pytest.fixture
def on_a_board(deployment, tmp_path, monkeypatch):
    """A function that returns a built model on a board that is flashed, and what was done with it."""
    monkeypatch.setattr(deployed, "_WRITTEN", {})
    monkeypatch.setattr(deployed.tempfile, "gettempdir", lambda: str(tmp_path))
    done: list[tuple[str, str]] = []

    def note(what):
        def act(project, *_, **__):
            done.append((what, project.name))
            return {"exact": 1}

        return act

    monkeypatch.setattr(pipeline, "flash", note("flash"))
    monkeypatch.setattr(pipeline, "validate", note("validate"))

    def make(name: str) -> Deployed:
        wanted = dataclasses.replace(deployment, target="serial", port="/dev/ttyACM0", flash=True)
        made = Deployed(wanted, tmp_path / "builds")
        made._image = Image(Path(name), "", Path("e"), name * 32, "gcc", Sizes(0, 0, 0, 0, 0, 0, 0))
        return made

    return make, done, tmp_path


def test_a_board_is_flashed_where_another_image_was_in_it(on_a_board):
    make, done, _ = on_a_board
    first, second = make("a"), make("b")
    for model, seed in ((first, 0), (first, 1), (second, 0), (first, 2), (first, 2)):
        model.validate(random=1, seed=seed)
    flashed = [("flash", "a"), ("validate", "a"), ("validate", "a"), ("flash", "b"), ("validate", "b")]
    assert done == [*flashed, ("flash", "a"), ("validate", "a")]  # and the last was asked before
    assert len(first.seen) == 4


def test_a_board_is_flashed_by_each_process_as_another_program_may_have_done_so_before(on_a_board, monkeypatch):
    make, done, _ = on_a_board
    make("a").validate(random=1)
    monkeypatch.setattr(deployed, "_WRITTEN", {})
    make("a").validate(random=1)
    assert done == [("flash", "a"), ("validate", "a")] * 2


def test_processes_take_turns_at_a_board(on_a_board):
    make, done, folder = on_a_board
    make("a").validate(random=1)
    [lock] = folder.glob("tinyml-*-port-*.lock")
    with lock.open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        waiting = threading.Thread(target=make("b").validate)
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        assert done == [("flash", "a"), ("validate", "a")]
    waiting.join(5)
    assert done[2:] == [("flash", "b"), ("validate", "b")]

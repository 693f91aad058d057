import os
from pathlib import Path

import pytest

from tinyml import importers
from tinyml.errors import ModelError
from tinyml.importers import tflite


@pytest.mark.parametrize(
    ("name", "form"), [("m.tflite", "tflite"), ("M.TFLITE", "tflite"), ("m.keras", "keras"), ("m.h5", "keras")]
)
def test_files_are_known_by_their_suffix(tmp_path: Path, name: str, form: str):
    (tmp_path / name).write_bytes(b"content")
    assert importers.detect(tmp_path / name) == form


def test_saved_model_is_a_folder(tmp_path: Path):
    (tmp_path / "saved_model.pb").write_bytes(b"content")
    assert importers.detect(tmp_path) == "savedmodel"


def test_what_is_no_model(tmp_path: Path):
    with pytest.raises(ModelError, match=r"without saved_model\.pb"):
        importers.detect(tmp_path)
    with pytest.raises(ModelError, match="does not exist"):
        importers.detect(tmp_path / "none.keras")
    (tmp_path / "m.keras").touch()
    with pytest.raises(ModelError, match="is empty"):
        importers.detect(tmp_path / "m.keras")
    (tmp_path / "m.onnx").write_bytes(b"content")
    with pytest.raises(ModelError, match=r"'\.onnx'") as caught:
        importers.detect(tmp_path / "m.onnx")
    assert ".tflite, .keras, .h5" in caught.value.hint


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "m.tflite")
    for read in (importers.detect, tflite.load):
        with pytest.raises(ModelError, match="is not a regular file"):
            read(tmp_path / "m.tflite")

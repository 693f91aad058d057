from pathlib import Path

import pytest

from tinyml.errors import ModelError
from tinyml.graph import Graph, Operator, Tensor
from tinyml.importers import tflite


def chain(*operators: tuple[str, str], weights: str | None = None) -> Graph:
    """Return a model of (operator, output type) after a float32 input; each may have constant weights."""
    tensors = [Tensor(0, "in", (1, 4), "float32", None, None)]
    if weights:
        tensors.append(Tensor(1, "weights", (4, 4), weights, None, b""))
    made, last = [], 0
    for index, (name, kind) in enumerate(operators):
        at = len(tensors)
        tensors.append(Tensor(at, name.lower(), (1, 4), kind, None, None))
        made.append(Operator(index, name, 1, (last, 1) if weights else (last,), (at,), None))
        last = at
    return Graph(tuple(tensors), tuple(made), (0,), (last,), "", b"")


def test_int8_model_is_taken_untouched(shared_models: Path):
    for path in sorted(shared_models.glob("*.tflite")):
        assert tflite.load(path) == path.read_bytes()


def test_float32_at_the_boundary_only():
    tflite.check_int8(chain(("QUANTIZE", "int8"), ("RELU", "int8"), ("DEQUANTIZE", "float32")), "m")


def test_float_model_is_refused():
    with pytest.raises(ModelError, match=r"m is float32, from operator 0 FULLY_CONNECTED") as caught:
        tflite.check_int8(chain(("FULLY_CONNECTED", "float32"), weights="float32"), "m")
    assert "--data" in caught.value.hint


def test_hybrid_model_is_refused():
    with pytest.raises(ModelError, match="m is hybrid"):
        tflite.check_int8(chain(("FULLY_CONNECTED", "float32"), weights="int8"), "m")


def test_file_that_is_no_flatbuffer(tmp_path: Path):
    (tmp_path / "m.tflite").write_bytes(b"not a model at all")
    with pytest.raises(ModelError, match="not a TensorFlow Lite model"):
        tflite.load(tmp_path / "m.tflite")

from pathlib import Path

import numpy as np
import pytest

from tinyml.errors import ModelError
from tinyml.importers import savedmodel
from tinyml.samples import Samples

tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")


class Affine(tf.Module):
    def __init__(self):
        super().__init__()
        self.weights = tf.Variable([[1.0], [2.0]])

    @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float32, name="x")])
    def serve(self, x):
        return {"output_10": x @ self.weights, "output_9": x}

    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.float32, name="x")])
    def open_serve(self, x):
        return x + 1.0


def test_batch_is_pinned_and_outputs_are_in_natural_order(tmp_path: Path):
    module = Affine()
    tf.saved_model.save(module, str(tmp_path), signatures=module.serve)
    loaded = savedmodel.load(tmp_path)
    assert [(t.name, t.shape) for t in loaded.inputs] == [("x", (1, 2))]
    x = np.array([[1, 2], [3, 4]], np.float32)
    first, second = loaded.run(Samples((x,)))
    np.testing.assert_allclose(first, x)
    np.testing.assert_allclose(second, [[5], [11]])


def test_folder_that_tensorflow_cannot_load(tmp_path: Path):
    (tmp_path / "saved_model.pb").write_bytes(b"something else")
    with pytest.raises(ModelError, match="TensorFlow cannot load"):
        savedmodel.load(tmp_path)


def test_model_without_a_signature(tmp_path: Path):
    tf.saved_model.save(tf.Module(), str(tmp_path))
    with pytest.raises(ModelError, match=r"signatures \(none\)"):
        savedmodel.load(tmp_path)


def test_model_with_open_dimensions(tmp_path: Path):
    module = Affine()
    tf.saved_model.save(module, str(tmp_path), signatures=module.open_serve)
    with pytest.raises(ModelError, match=r"'x' of shape \[None, None\]"):
        savedmodel.load(tmp_path)

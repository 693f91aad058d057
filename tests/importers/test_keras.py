import json
from pathlib import Path

import numpy as np
import pytest

from tinyml.errors import ModelError
from tinyml.importers import keras as importer
from tinyml.samples import Samples

keras = pytest.importorskip("keras", reason="TensorFlow (with Keras) is not installed")
h5py = pytest.importorskip("h5py", reason="h5py is not installed")
layers = keras.layers


def small() -> "keras.Model":
    return keras.Sequential(
        [
            keras.Input((6, 6, 1), name="image"),
            layers.DepthwiseConv2D(3),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_model_computes_what_keras_computes(tmp_path: Path, name: str):
    model = small()
    model.save(tmp_path / name)
    loaded = importer.load(tmp_path / name)
    assert [(t.name, t.shape) for t in loaded.inputs] == [("image", (1, 6, 6, 1))]
    x = np.random.default_rng(0).standard_normal((5, 6, 6, 1)).astype(np.float32)
    (outputs,) = loaded.run(Samples((x,)))
    np.testing.assert_allclose(outputs, model.predict(x, verbose=0), atol=1e-5)


def test_inputs_and_outputs_keep_the_model_s_order(tmp_path: Path):
    a, b = keras.Input((4,), name="second"), keras.Input((3,), name="first")
    model = keras.Model([a, b], [layers.Dense(2, name="z")(layers.Concatenate()([a, b])), layers.Dense(5)(b)])
    model.save(tmp_path / "m.keras")
    loaded = importer.load(tmp_path / "m.keras")
    assert [t.name for t in loaded.inputs] == ["second", "first"]
    outputs = loaded.run(Samples((np.zeros((2, 4), np.float32), np.zeros((2, 3), np.float32))))
    assert [o.shape for o in outputs] == [(2, 2), (2, 5)]


def test_dictionary_of_inputs(tmp_path: Path):
    inputs = {"b": keras.Input((4,), name="b"), "a": keras.Input((3,), name="a")}
    model = keras.Model(inputs, layers.Dense(2)(layers.Concatenate()([inputs["b"], inputs["a"]])))
    model.save(tmp_path / "m.keras")
    loaded = importer.load(tmp_path / "m.keras")
    x = {t.name: np.full((1, *t.shape[1:]), i, np.float32) for i, t in enumerate(loaded.inputs)}
    (output,) = loaded.run(Samples(tuple(x.values())))
    np.testing.assert_allclose(output, model.predict(x, verbose=0), atol=1e-5)


def test_h5_of_keras_2_gives_depthwise_layers_groups(tmp_path: Path):
    small().save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"][1]["config"]["groups"] = 1
        file.attrs["model_config"] = json.dumps(config)
    assert importer.load(tmp_path / "m.h5").inputs[0].shape == (1, 6, 6, 1)


class Doubled(layers.Layer):
    def call(self, x):
        return 2 * x


class Halved(layers.Layer):
    def call(self, x):
        return x / 2


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_custom_layers_are_named(tmp_path: Path, name: str):
    keras.Sequential([keras.Input((4,)), Halved(), Doubled(), layers.Dense(2)]).save(tmp_path / name)
    with pytest.raises(ModelError, match="does not know: Doubled, Halved") as caught:
        importer.load(tmp_path / name)
    assert "model.export" in caught.value.hint


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_lambda_layer_is_not_run(tmp_path: Path, name: str):
    keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: x + 1)]).save(tmp_path / name)
    with pytest.raises(ModelError, match="Lambda"):
        importer.load(tmp_path / name)


def test_model_with_an_open_dimension(tmp_path: Path):
    keras.Sequential([keras.Input((None, 4), name="x"), layers.Dense(2)]).save(tmp_path / "m.keras")
    with pytest.raises(ModelError, match=r"'x' of shape \[None, None, 4\] has open dimensions"):
        importer.load(tmp_path / "m.keras")


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_file_that_keras_did_not_write(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(b"something else")
    with pytest.raises(ModelError, match=f"{name} is no Keras file: .* something else or was cut short"):
        importer.load(tmp_path / name)


@pytest.mark.parametrize(("name", "said"), [("m.keras", "zip archive"), ("m.h5", "Keras cannot load")])
def test_truncated_file(tmp_path: Path, name: str, said: str):
    small().save(tmp_path / name)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=said):
        importer.load(tmp_path / name)


def test_h5_with_the_other_suffix(tmp_path: Path):
    small().save(tmp_path / "m.h5")
    (tmp_path / "m.h5").rename(tmp_path / "m.keras")
    with pytest.raises(ModelError, match="it is an HDF5 file") as caught:
        importer.load(tmp_path / "m.keras")
    assert "m.h5" in caught.value.hint


def test_h5_with_weights_only(tmp_path: Path):
    small().save_weights(tmp_path / "m.weights.h5")
    with pytest.raises(ModelError, match="Keras cannot load"):
        importer.load(tmp_path / "m.weights.h5")

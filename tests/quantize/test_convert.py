import importlib.util
from pathlib import Path

import numpy as np
import pytest

from tinyml import graph, quantize
from tinyml.errors import EquipmentError, MissingToolError, ModelError, SamplesError

needs_tensorflow = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None, reason="TensorFlow is not installed"
)


@pytest.fixture
def calibration(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "data.npz", x=rng.standard_normal((20, 8, 8, 1)), y=rng.integers(0, 3, 20))
    return tmp_path / "data.npz"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    keras = pytest.importorskip("keras", reason="TensorFlow (with Keras) is not installed")
    keras.utils.set_random_seed(1)
    layers = keras.layers
    built = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.DepthwiseConv2D(3),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(3, activation="softmax"),
        ]
    )
    built.save(tmp_path / "m.keras")
    built.export(str(tmp_path / "saved"), verbose=False)
    return tmp_path / "m.keras"


def stand_in(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    """Put packages called tensorflow and keras, with `text` as their code, before all others."""
    folder.mkdir()
    for name in ("tensorflow", "keras"):
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))


@needs_tensorflow
def test_keras_and_saved_model_become_the_same_int8_operators(model: Path, calibration: Path):
    for path, form in ((model, "keras"), (model.parent / "saved", "savedmodel")):
        converted = quantize.convert(path, calibration)
        read = graph.read(converted.data)
        assert [op.name for op in read.operators] == [
            *("CONV_2D", "DEPTHWISE_CONV_2D", "AVERAGE_POOL_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX")
        ]
        assert {read.tensors[at].type for at in read.inputs + read.outputs} == {"int8"}
        for name in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            operator = next(op for op in read.operators if op.name == name)
            assert read.tensors[operator.inputs[1]].quantized.per_channel
        assert converted.format == form
        assert set(converted.versions) == {"tensorflow", "keras"}
        assert converted.calibration_samples == 20
        assert converted.float_outputs is not None
        assert converted.float_outputs[0].shape == (20, 3)
        assert converted.accuracy is not None
        assert converted.accuracy.agreement is not None
        assert converted.accuracy.agreement > 0.8
        assert converted.accuracy.max_error < 0.1


@needs_tensorflow
def test_two_conversions_are_identical(model: Path, calibration: Path):
    assert quantize.convert(model, calibration).data == quantize.convert(model, calibration).data


@needs_tensorflow
def test_converted_model_runs_in_tflm(model: Path, calibration: Path):
    runtime = pytest.importorskip(
        "tflite_micro.python.tflite_micro.runtime", reason="tflite-micro is not installed"
    )
    interpreter = runtime.Interpreter.from_bytes(quantize.convert(model, calibration).data)
    interpreter.set_input(np.zeros((1, 8, 8, 1), np.int8), 0)
    interpreter.invoke()
    assert interpreter.get_output(0).shape == (1, 3)


@needs_tensorflow
def test_test_samples_are_those_compared(model: Path, calibration: Path, tmp_path: Path):
    np.save(tmp_path / "test.npy", np.zeros((3, 8, 8, 1), np.float32))
    converted = quantize.convert(model, calibration, test=tmp_path / "test.npy")
    assert converted.calibration_samples == 20
    assert converted.accuracy is not None
    assert (converted.accuracy.samples, converted.accuracy.float_top1) == (3, None)


@needs_tensorflow
@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((4, 8, 9, 1), np.float32), r"\[4, 8, 9, 1\] .* needs \['n', 8, 8, 1\]"),
        (np.zeros((4, 8, 8, 1), np.int8), "int8 samples"),
    ],
)
def test_samples_that_do_not_fit(model: Path, tmp_path: Path, array: np.ndarray, said: str):
    np.save(tmp_path / "bad.npy", array)
    with pytest.raises(SamplesError, match=said):
        quantize.convert(model, tmp_path / "bad.npy")


@needs_tensorflow
def test_operation_that_tflite_does_not_have(tmp_path: Path):
    import tensorflow as tf

    class Module(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, 4, 4), tf.float32, name="x")])
        def serve(self, x):
            return tf.linalg.inv(x)

    module = Module()
    tf.saved_model.save(module, str(tmp_path / "saved"), signatures=module.serve)
    np.save(tmp_path / "data.npy", np.random.default_rng(0).standard_normal((4, 4, 4)))
    with pytest.raises(ModelError, match=r"cannot convert saved to int8: .*MatrixInverse"):
        quantize.convert(tmp_path / "saved", tmp_path / "data.npy")


def refusal(tmp_path: Path, shape: tuple[int, ...], *layers: object) -> ModelError:
    """Return why a model of `layers`, saved as m.keras, is not converted."""
    import keras

    keras.Sequential([keras.Input(shape), *layers]).save(tmp_path / "m.keras")
    np.save(tmp_path / "data.npy", np.random.default_rng(0).standard_normal((4, *shape)))
    with pytest.raises(ModelError) as caught:
        quantize.convert(tmp_path / "m.keras", tmp_path / "data.npy")
    return caught.value


@needs_tensorflow
def test_recurrent_layers_are_named(tmp_path: Path):
    from keras import layers

    error = refusal(
        tmp_path,
        (6, 4),
        layers.Bidirectional(layers.GRU(3, return_sequences=True), name="both"),
        layers.SimpleRNN(3, return_sequences=True, name="memory"),
        layers.LSTM(3, name="memory_1"),
    )
    named = "both/backward_gru, both/forward_gru, memory, memory_1"
    assert str(error) == f"m.keras has loops, in {named}; loops cannot be converted yet"
    assert "unroll=True" in error.hint


@needs_tensorflow
def test_loop_of_a_saved_model(tmp_path: Path):
    import keras

    model = keras.Sequential([keras.Input((6, 4)), keras.layers.LSTM(3, name="memory")])
    model.export(str(tmp_path / "saved"), verbose=False)
    np.save(tmp_path / "data.npy", np.zeros((4, 6, 4), np.float32))
    with pytest.raises(ModelError, match="saved has loops, in memory;"):
        quantize.convert(tmp_path / "saved", tmp_path / "data.npy")


@needs_tensorflow
def test_unrolled_layer_has_no_loop(tmp_path: Path):
    import keras

    keras.Sequential([keras.Input((3, 4)), keras.layers.LSTM(3, unroll=True)]).save(tmp_path / "m.keras")
    np.save(tmp_path / "data.npy", np.random.default_rng(0).standard_normal((4, 3, 4)))
    read = graph.read(quantize.convert(tmp_path / "m.keras", tmp_path / "data.npy").data)
    assert {"FULLY_CONNECTED", "LOGISTIC", "TANH"} <= {operator.name for operator in read.operators}


@needs_tensorflow
def test_operators_left_in_float_are_named(tmp_path: Path):
    from keras import layers

    error = refusal(tmp_path, (6,), layers.Dense(4, activation="elu"), layers.LayerNormalization())
    assert "m.keras has operators that TensorFlow cannot quantize to int8 and left in float32: " in str(error)
    assert " ELU (" in str(error)
    assert " NEG (" in str(error)
    assert "FULLY_CONNECTED" not in str(error)
    assert "--data" not in error.hint


@needs_tensorflow
def test_model_that_computes_nothing(tmp_path: Path):
    from keras import layers

    error = refusal(tmp_path, (6,), layers.Dropout(0.2))
    assert "m.keras has no layer that computes anything" in str(error)
    assert "Dense" in error.hint


@needs_tensorflow
def test_conversion_is_bounded_in_time(model: Path, calibration: Path):
    with pytest.raises(EquipmentError, match="longer than 0 s"):
        quantize.convert(model, calibration, timeout=0.2)


def test_int8_tflite_passes_through(shared_models: Path):
    path = shared_models / "kws_ref_model.tflite"
    converted = quantize.convert(path)
    assert converted.data == path.read_bytes()
    assert (converted.format, converted.versions, converted.accuracy) == ("tflite", {}, None)


def test_float_model_needs_samples(tmp_path: Path):
    (tmp_path / "m.keras").write_bytes(b"content")
    with pytest.raises(SamplesError, match="representative samples") as caught:
        quantize.convert(tmp_path / "m.keras")
    assert "--data calibration.npz" in caught.value.hint
    with pytest.raises(SamplesError, match="does not exist"):
        quantize.convert(tmp_path / "m.keras", tmp_path / "none.npz")


def test_missing_tensorflow(tmp_path: Path, calibration: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "m.keras").write_bytes(b"content")
    monkeypatch.setattr("sys.path", [])
    monkeypatch.delitem(__import__("sys").modules, "tensorflow", raising=False)
    with pytest.raises(MissingToolError, match="not installed") as caught:
        quantize.convert(tmp_path / "m.keras", calibration)
    assert "pip install 'tinyml[keras]'" in caught.value.hint


def test_broken_tensorflow(tmp_path: Path, calibration: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "m.keras").write_bytes(b"content")
    stand_in(monkeypatch, tmp_path / "packages", "raise ImportError('wrong version of something')")
    with pytest.raises(MissingToolError, match="cannot be imported: wrong version of something"):
        quantize.convert(tmp_path / "m.keras", calibration)


def test_crash_of_tensorflow(tmp_path: Path, calibration: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "m.keras").write_bytes(b"content")
    stand_in(
        monkeypatch, tmp_path / "packages", "print('last words', flush=True)\nimport os\nos.kill(os.getpid(), 9)"
    )
    with pytest.raises(EquipmentError, match=r"ended by signal 9 .* it last said: last words"):
        quantize.convert(tmp_path / "m.keras", calibration)

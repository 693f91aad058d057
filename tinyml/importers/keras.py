"""A Keras model file: `.keras`, or `.h5` as Keras 2 and 3 write it."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tinyml.errors import ModelError
from tinyml.importers.floatmodel import FloatModel, first_line, input_tensor, pin


def _config(path: Path) -> Any:
    """Return the model's configuration as JSON values; None where the file holds none."""
    import h5py

    try:
        if path.suffix == ".keras":
            with zipfile.ZipFile(path) as archive:
                return json.loads(archive.read("config.json"))
        with h5py.File(path) as file:
            return json.loads(file.attrs["model_config"])
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def _class_names(config: Any) -> Iterator[str]:
    if isinstance(config, dict):
        if isinstance(config.get("class_name"), str):
            yield config["class_name"]
        config = list(config.values())
    if isinstance(config, list):
        for part in config:
            yield from _class_names(part)


def _explain(path: Path, reason: Exception) -> ModelError:
    """Return why Keras could not load `path`, in terms of what the user can change."""
    import keras

    homes = [keras, keras.layers, keras.models, keras.initializers, keras.regularizers, keras.constraints]
    homes += [keras.activations, keras.losses, keras.metrics, keras.optimizers, keras.ops, keras.dtype_policies]
    # Words of the file format that are no classes of the public API.
    words = {"Functional", "__tuple__", "__tensor__", "__keras_tensor__", "__numpy__", "__lambda__", "function"}
    names = set(_class_names(_config(path)))
    if "Lambda" in names:
        return ModelError(
            f"{path.name} has a Lambda layer, which holds Python code; such code is not run from a file",
            "Replace the Lambda by layers, or export the model as a SavedModel: model.export(folder).",
        )
    custom = sorted(name for name in names - words if not any(hasattr(home, name) for home in homes))
    if custom:
        return ModelError(
            f"{path.name} has layers or functions that Keras does not know: {', '.join(custom)}",
            "Export the model as a SavedModel, which holds their computation: model.export(folder).",
        )
    return ModelError(
        f"Keras cannot load {path.name}: {first_line(reason)}", "Save it again with model.save(file)."
    )


def _keras_2_classes() -> dict[str, Any]:
    """Return stand-ins for layers whose Keras 2 configuration Keras 3 does not accept."""
    import keras

    def depthwise_init(self: Any, *args: Any, groups: int = 1, **kwargs: Any) -> None:
        # Keras 2 wrote groups=1 for every depthwise layer, where it has no meaning.
        keras.layers.DepthwiseConv2D.__init__(self, *args, **kwargs)

    base = keras.layers.DepthwiseConv2D
    return {"DepthwiseConv2D": type("DepthwiseConv2D", (base,), {"__init__": depthwise_init})}


def _check_container(path: Path) -> None:
    """Check that `path` is the kind of file that its suffix says.

    Keras tells a file's format by trying, and calls a damaged file one that it cannot find.
    """
    import h5py

    hdf5 = bool(h5py.is_hdf5(path))
    if path.suffix == ".keras" and not zipfile.is_zipfile(path):
        hint = f"Rename it to {path.stem}.h5." if hdf5 else "Save the model again with model.save(file)."
        what = "an HDF5 file" if hdf5 else "something else or was cut short"
        raise ModelError(f"{path.name} is no Keras file: a .keras file is a zip archive, and it is {what}", hint)
    if path.suffix == ".h5" and not hdf5:
        raise ModelError(
            f"{path.name} is no Keras file: a .h5 file is an HDF5 file, and it is something else or was cut short",
            "Save the model again with model.save(file).",
        )


def load(path: Path) -> FloatModel:
    """Load the Keras model file `path`.

    Raises:
        ModelError: Keras cannot load it (layers that it does not know are named), or an input is not usable.
    """
    import keras

    _check_container(path)
    try:
        custom = _keras_2_classes() if path.suffix == ".h5" else None
        model = keras.saving.load_model(path, custom_objects=custom, compile=False, safe_mode=True)
    except Exception as error:
        raise _explain(path, error) from error
    if not getattr(model, "inputs", None):
        raise ModelError(
            f"{path.name} does not say the shape of its input",
            "Build the model with keras.Input(shape=...) as its first layer, and save it again.",
        )
    inputs = [input_tensor(i, t.name, t.shape, str(t.dtype)) for i, t in enumerate(model.inputs)]

    def call(tensors: list[Any]) -> list[Any]:
        # A functional model is called with the list or dictionary of inputs that it was built with.
        functional = not isinstance(model, keras.Sequential)
        given = keras.tree.pack_sequence_as(model.input, tensors) if functional else tensors[0]
        outputs = model(given, training=False)
        return list(keras.tree.flatten(outputs))

    return pin(call, inputs, model)

"""The child process that runs TensorFlow for `tinyml.quantize.convert`.

Its only argument is a folder with request.json. It leaves there model.tflite, float_outputs.npz and result.json,
or error.json where the user's model or samples cannot be used.
"""

import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tinyml import samples
from tinyml.errors import MissingToolError, SamplesError, TinymlError
from tinyml.importers.floatmodel import first_line
from tinyml.quantize import accuracy, int8
from tinyml.samples import Samples

# Ranges settle with some hundred samples, and every sample costs an inference in the converter and in the
# comparison.
_MAX_SAMPLES = 512


def _evenly_spaced(count: int) -> Any:
    return np.linspace(0, count - 1, min(count, _MAX_SAMPLES)).round().astype(np.intp)


def _load(path: Path, inputs: Any) -> Samples:
    loaded = samples.load(path, inputs)
    if any(array.dtype != np.float32 for array in loaded.inputs):
        raise SamplesError(
            f"{path.name} holds int8 samples; a float model is calibrated with real values (float32)",
            "Give the samples as the float model takes them.",
        )
    return loaded


def _convert(request: dict[str, str], folder: Path) -> None:
    path = Path(request["model"])
    try:
        import keras
        import tensorflow
    except ImportError as error:
        raise MissingToolError(
            f"TensorFlow is installed and cannot be imported: {first_line(error)}",
            "Install it again: pip install --upgrade 'tinyml[keras]'",
        ) from error
    model = importlib.import_module(f"tinyml.importers.{request['format']}").load(path)
    data, test = Path(request["data"]), Path(request["test"])
    calibration = _load(data, model.inputs)
    calibration = calibration.take(_evenly_spaced(len(calibration)))
    converted = int8.quantize(model, calibration, path.name)
    compared = _load(test, model.inputs)
    float_outputs = model.run(compared)
    part = _evenly_spaced(len(compared))
    int8_outputs = int8.run(converted, compared.take(part))
    labels = None if compared.labels is None else compared.labels[part]
    record = accuracy.compare(tuple(output[part] for output in float_outputs), int8_outputs, labels)
    (folder / "model.tflite").write_bytes(converted)
    np.savez(folder / "float_outputs.npz", *float_outputs)
    result = {
        "versions": {"tensorflow": str(tensorflow.__version__), "keras": str(keras.__version__)},
        "calibration_samples": len(calibration),
        "accuracy": asdict(record),
    }
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


def main() -> None:
    """Convert as the folder named on the command line asks."""
    folder = Path(sys.argv[1])
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    try:
        _convert(request, folder)
    except TinymlError as error:
        record = {"kind": type(error).__name__, "message": str(error), "hint": error.hint}
        (folder / "error.json").write_text(json.dumps(record), encoding="utf-8")


if __name__ == "__main__":
    main()

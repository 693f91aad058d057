"""From a model file and samples to an int8 `.tflite`, with a record of what quantization cost.

TensorFlow runs in a child process (worker.py): it prints what it likes, keeps hundreds of megabytes and may end
its process, none of which reaches the caller.
"""

import importlib.util
import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tinyml import errors, importers, process, samples
from tinyml.errors import EquipmentError, MissingToolError, SamplesError, TinymlError
from tinyml.importers import tflite
from tinyml.quantize.accuracy import Accuracy

__all__ = ["Accuracy", "Converted", "convert"]


@dataclass(frozen=True, eq=False)
class Converted:
    """An int8 model, and how it was made.

    Attributes:
        data: the bytes of the `.tflite`.
        source: the base name of the file or folder it was made from.
        format: "tflite" (taken untouched), "keras" or "savedmodel".
        versions: the versions of the packages that made it, by package; empty for "tflite".
        calibration_samples: how many samples calibrated it; 0 for "tflite".
        accuracy: what quantization cost; None for "tflite".
        float_outputs: the float model's outputs for the samples of `data` (of `test` where it was given), one
            array an output, shape [n, *shape], float32; None for "tflite".
    """

    data: bytes
    source: str
    format: str
    versions: Mapping[str, str]
    calibration_samples: int
    accuracy: Accuracy | None
    float_outputs: tuple[npt.NDArray[np.float32], ...] | None


def convert(model: Path, data: Path | None = None, test: Path | None = None, timeout: float = 900.0) -> Converted:
    """Convert the model file `model` to int8: inputs, outputs and weights, per channel where TFLite can.

    Args:
        model: a `.keras`, a `.h5`, the folder of a SavedModel, or an int8 `.tflite`, which is taken untouched.
        data: samples for calibration, real values in the forms that `tinyml.samples` reads; not used for a
            `.tflite`. At most 512 of them, evenly spaced, are used.
        test: samples for comparing the int8 model with the float model; `data` where it is None.
        timeout: seconds after which the conversion is given up.

    Raises:
        ModelError: the model cannot be read, used or converted.
        SamplesError: there are no calibration samples, or they do not fit the model.
        MissingToolError: TensorFlow is needed and not installed.
        EquipmentError: TensorFlow crashed or took longer than `timeout`.
    """
    form = importers.detect(model)
    if form == "tflite":
        return Converted(tflite.load(model), model.name, form, {}, 0, None, None)
    if data is None:
        raise SamplesError(
            f"{model.name} is a float model, and quantizing it needs representative samples",
            "Give some 100 to 500 samples of real input: --data calibration.npz (or .npy, or a folder of them).",
        )
    for path in (data, test or data):
        samples.files(path)
    if importlib.util.find_spec("tensorflow") is None:
        raise MissingToolError(
            f"converting {model.name} needs TensorFlow, which is not installed",
            "Install it: pip install 'tinyml[keras]'",
        )
    with tempfile.TemporaryDirectory(prefix="tinyml-") as folder:
        request = {"model": str(model), "format": form, "data": str(data), "test": str(test or data)}
        return _collect(model, form, _run_worker(model, request, Path(folder), timeout))


def _run_worker(model: Path, request: Mapping[str, str], folder: Path, timeout: float) -> Path:
    """Run worker.py on `request` with `folder` for its results, and return the folder."""
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}
    log = folder / "log.txt"
    try:
        with log.open("wb") as output:
            code = process.run_module("tinyml.quantize.worker", [str(folder)], output, timeout, quiet)
    except subprocess.TimeoutExpired:
        raise EquipmentError(
            f"converting {model.name} took longer than {timeout:.0f} s",
            "Give fewer calibration samples, or a smaller model.",
        ) from None
    if (failure := folder / "error.json").is_file():
        raise _error(json.loads(failure.read_text(encoding="utf-8")))
    if code != 0:
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["nothing"]
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        raise EquipmentError(
            f"TensorFlow {how} while it converted {model.name}; it last said: {said[-1].strip()}",
            "Check the installation: pip install --upgrade 'tinyml[keras]'",
        )
    return folder


def _error(record: Mapping[str, str]) -> TinymlError:
    kind: type[TinymlError] = getattr(errors, record["kind"])
    return kind(record["message"], record["hint"])


def _collect(model: Path, form: str, folder: Path) -> Converted:
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    with np.load(folder / "float_outputs.npz") as arrays:
        outputs = tuple(arrays[f"arr_{i}"] for i in range(len(arrays.files)))
    return Converted(
        data=(folder / "model.tflite").read_bytes(),
        source=model.name,
        format=form,
        versions=result["versions"],
        calibration_samples=result["calibration_samples"],
        accuracy=Accuracy(**result["accuracy"]),
        float_outputs=outputs,
    )

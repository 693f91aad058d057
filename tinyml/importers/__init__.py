"""Model files: one module a format.

    tflite.py      .tflite            int8 already, taken untouched
    keras.py       .keras and .h5     float, to be quantized; needs TensorFlow
    savedmodel.py  a folder           float, to be quantized; needs TensorFlow

The modules of float formats run TensorFlow in the process that calls them; `tinyml.quantize.convert` calls them
in a process of its own.
"""

from pathlib import Path

from tinyml.errors import ModelError

_SUFFIXES = {".tflite": "tflite", ".keras": "keras", ".h5": "keras"}


def detect(path: Path) -> str:
    """Return the format of the model at `path`: "tflite", "keras" or "savedmodel".

    Raises:
        ModelError: nothing is there, the file is empty or a pipe, the folder is no SavedModel, or the suffix is
            not known.
    """
    known = f"Give a file with the suffix {', '.join(_SUFFIXES)}, or the folder of a SavedModel."
    if path.is_dir():
        if not (path / "saved_model.pb").is_file():
            raise ModelError(f"{path} is a folder without saved_model.pb, so it is no SavedModel", known)
        return "savedmodel"
    if not path.exists():
        raise ModelError(f"{path} does not exist", known)
    check_regular(path)
    # Keras knows its own files by their suffix in lower case.
    suffix = path.suffix.lower() if path.suffix.lower() == ".tflite" else path.suffix
    if suffix not in _SUFFIXES:
        raise ModelError(f"{path} has the suffix {path.suffix!r}, which is not known", known)
    if path.stat().st_size == 0:
        raise ModelError(f"{path} is empty", "Export or download the model again.")
    return _SUFFIXES[suffix]


def check_regular(path: Path) -> None:
    """Check that reading `path`, which exists, comes to an end.

    Raises:
        ModelError: it is a pipe, a device or a folder.
    """
    if not path.is_file():
        raise ModelError(f"{path} is not a regular file", "Give the path of a model file.")

"""Samples: the inputs that a model is calibrated with, and those that are sent to a board.

A file of samples is one of

- `.npz`: named arrays, as `numpy.savez` writes them. They belong to the model's inputs by name where every
  input's name is an array's; else, for a model with one input, the array `x` or the only array; else by position
  as `arr_0`, `arr_1`, ... An array `y`, `labels` or `label` holds the class of each sample (an integer, or a row
  with a single 1 at its place); one of real numbers is a regression's target and is not used.
- `.npy`: one array, for a model with one input.
- a folder of such files, taken in the order of their names.

An array is a batch, shape [n, *shape], or one sample, shape [*shape], where shape is the input's without its
batch dimension of 1. Floating-point values are real values; int8 values are taken as quantized already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tinyml.errors import SamplesError
from tinyml.graph import Graph, Tensor

_LABELS = ("y", "labels", "label")
_SUFFIXES = (".npz", ".npy")

# Values of all random samples together: more takes gigabytes here, and days on a board.
_MAX_RANDOM = 1 << 28


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples for all inputs of a model.

    Attributes:
        inputs: one array for each of the model's inputs, shape [n, *shape], float32 (real values) or int8
            (quantized values).
        labels: the class of each sample, shape [n], int64; None where it is not known.
    """

    inputs: tuple[npt.NDArray[np.generic], ...]
    labels: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        """Return n, how many samples there are."""
        return len(self.inputs[0])

    def take(self, indices: npt.NDArray[np.intp] | slice) -> "Samples":
        """Return the samples at `indices`, in that order."""
        labels = None if self.labels is None else self.labels[indices]
        return Samples(tuple(array[indices] for array in self.inputs), labels)


def input_name(tensor: Tensor) -> str:
    """Return the name that a user knows an input by: "x" for the SavedModel spelling "serving_default_x:0"."""
    return tensor.name.removeprefix("serving_default_").removesuffix(":0")


def sample_shape(tensor: Tensor) -> tuple[int, ...]:
    """Return the shape of one sample of an input: the input's without its batch dimension where that is 1."""
    return tensor.shape[1:] if tensor.shape[:1] == (1,) else tensor.shape


def _reason(path: Path, error: Exception) -> str:
    """Return why NumPy could not read `path`, in one line."""
    if path.stat().st_size == 0:
        return "it is empty"
    if isinstance(error, MemoryError):
        return "memory does not suffice for what it says it holds"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    # NumPy's own texts show its parser's insides, and advise to load pickled objects, which runs the file's code.
    if "pickle" in str(error):
        return "it holds pickled objects or is no array file"
    return "it is damaged, cut short or no array file"


def _read(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a file by name; the one array of a `.npy` is called "x"."""
    try:
        # Pickled objects run code when they are read, so they are refused.
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return {"x": loaded}
        with loaded:
            members = {name: loaded[name] for name in loaded.files}
    except Exception as error:  # what a damaged file raises in NumPy's parsers is not limited to a few types
        raise SamplesError(
            f"{path} cannot be read as an array file: {_reason(path, error)}",
            "Write it with numpy.save or numpy.savez, from arrays of numbers.",
        ) from None
    # A member of the archive that is no array is given as its bytes.
    return {name: member for name, member in members.items() if isinstance(member, np.ndarray)}


def _describe(tensors: Sequence[Tensor]) -> str:
    return ", ".join(f"{input_name(t)} {list(sample_shape(t))}" for t in tensors)


def _match(path: Path, arrays: Mapping[str, npt.NDArray[Any]], inputs: Sequence[Tensor]) -> list[npt.NDArray[Any]]:
    names = [input_name(t) for t in inputs]
    if all(name in arrays for name in names):
        return [arrays[name] for name in names]
    others = [name for name in arrays if name not in _LABELS]
    if len(inputs) == 1 and "x" in arrays:
        return [arrays["x"]]
    if len(inputs) == 1 and len(others) == 1:
        return [arrays[others[0]]]
    positional = [f"arr_{i}" for i in range(len(inputs))]
    if all(name in arrays for name in positional):
        return [arrays[name] for name in positional]
    raise SamplesError(
        f"{path} has the arrays {', '.join(arrays) or '(none)'}, and the model has the inputs {_describe(inputs)}",
        f"Name the arrays after the inputs: numpy.savez(file, {', '.join(f'{n}=...' for n in names)}).",
    )


def _batch(path: Path | str, array: npt.NDArray[Any], tensor: Tensor) -> npt.NDArray[np.generic]:
    """Return `array` as a batch of values for the input `tensor`, shape [n, *shape], float32 or int8."""
    name, shape = input_name(tensor), sample_shape(tensor)
    if array.shape == shape:
        array = array[np.newaxis]
    if array.shape[1:] != shape or array.ndim == 0:
        raise SamplesError(
            f"{path} has the shape {list(array.shape)} for the input {name}, which needs {['n', *shape]}",
            "Reshape the samples as the model was trained with them.",
        )
    if len(array) == 0:
        raise SamplesError(f"{path} holds no samples for the input {name}", "Give at least one sample.")
    if array.dtype == np.int8:
        return array
    if not np.issubdtype(array.dtype, np.floating):
        raise SamplesError(
            f"{path} is {array.dtype} for the input {name}; float32 (real values) or int8 (quantized) is allowed",
            "Prepare the samples as for training and convert them: array.astype('float32').",
        )
    # A float64 beyond float32's range becomes infinite here and is reported below.
    with np.errstate(over="ignore"):
        values = array.astype(np.float32)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        at = tuple(int(i) for i in bad[0])
        raise SamplesError(
            f"{path} holds {values[at]} for the input {name} at {list(at)}, and {len(bad)} such values in all; "
            "only finite numbers are allowed",
            "Remove the samples that are not finite.",
        )
    return values


def _labels(path: Path, arrays: Mapping[str, npt.NDArray[Any]], count: int) -> npt.NDArray[np.int64] | None:
    name = next((name for name in _LABELS if name in arrays), None)
    if name is None:
        return None
    labels = arrays[name]
    one_hot = labels.ndim == 2 and labels.shape[1] > 1 and np.isin(labels, (0, 1)).all()
    classes = labels.argmax(axis=1) if one_hot and (labels.sum(axis=1) == 1).all() else labels.reshape(-1)
    if not np.issubdtype(classes.dtype, np.integer):
        return None  # targets of a regression
    if len(classes) != count:
        raise SamplesError(
            f"{path} has {len(classes)} labels in {name!r} for {count} samples",
            "Give one integer, the class, for each sample, or leave the array out.",
        )
    return classes.astype(np.int64)


def _load_file(path: Path, inputs: Sequence[Tensor]) -> Samples:
    arrays = _read(path)
    batches = [_batch(path, array, t) for array, t in zip(_match(path, arrays, inputs), inputs, strict=True)]
    counts = [len(batch) for batch in batches]
    if len(set(counts)) > 1:
        parts = ", ".join(f"{n} of {input_name(t)}" for n, t in zip(counts, inputs, strict=True))
        raise SamplesError(f"{path} holds {parts}", "Give as many samples of each input.")
    return Samples(tuple(batches), _labels(path, arrays, counts[0]))


def _join(folder: Path, parts: Sequence[Samples]) -> Samples:
    columns = list(zip(*(part.inputs for part in parts), strict=True))
    for column in columns:
        if len({array.dtype for array in column}) > 1:
            raise SamplesError(f"{folder} mixes files of float32 and of int8", "Keep them in two folders.")
    labels = [part.labels for part in parts if part.labels is not None]
    known = np.concatenate(labels) if len(labels) == len(parts) else None
    return Samples(tuple(np.concatenate(column) for column in columns), known)


def files(path: Path) -> list[Path]:
    """Return the files of samples in `path`: itself, or those of a folder in the order of their names.

    Raises:
        SamplesError: `path` does not exist, is a folder without such files, or has another suffix.
    """
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES)
        if not found:
            raise SamplesError(f"{path} holds no {' or '.join(_SUFFIXES)} file", "Name a folder with samples.")
        return found
    if not path.is_file():
        raise SamplesError(
            f"{path} {'is not a regular file' if path.exists() else 'does not exist'}",
            "Name a .npz, a .npy or a folder of them.",
        )
    if path.suffix not in _SUFFIXES:
        raise SamplesError(
            f"{path} has the suffix {path.suffix!r}; {' and '.join(_SUFFIXES)} are allowed",
            "Write the samples with numpy.save or numpy.savez.",
        )
    return [path]


def load(path: Path, inputs: Sequence[Tensor]) -> Samples:
    """Load the samples in `path`, in one of the forms that this module's text describes.

    Args:
        path: a `.npz`, a `.npy` or a folder of them.
        inputs: the model's inputs in order, shape [1, *shape] each; their names and shapes are used.

    Raises:
        SamplesError: the file or folder is missing, empty or in another form, or its arrays do not have the
            shapes of `inputs`, are not numbers of the types allowed, or are not finite.
    """
    return _join(path, [_load_file(file, inputs) for file in files(path)])


def of(arrays: Sequence[npt.NDArray[np.generic]], inputs: Sequence[Tensor]) -> Samples:
    """Return `arrays`, one for each of a model's `inputs`, as samples.

    Raises:
        SamplesError: there are more or fewer, or they do not have the inputs' shapes and types.
    """
    if len(arrays) != len(inputs):
        raise SamplesError(
            f"{len(arrays)} arrays are given for the inputs {_describe(inputs)}", "Give one of each."
        )
    batches = [
        _batch("the array", np.asarray(array), tensor) for array, tensor in zip(arrays, inputs, strict=True)
    ]
    if len({len(batch) for batch in batches}) > 1:
        raise SamplesError(f"the arrays hold {', '.join(str(len(batch)) for batch in batches)} samples")
    return Samples(tuple(batches))


def _quantize(values: npt.NDArray[np.generic], tensor: Tensor) -> npt.NDArray[np.generic]:
    """Quantize real values as TFLite does: float32 division, halves away from zero, saturation."""
    quantization = tensor.quantized
    with np.errstate(over="ignore"):  # an infinite quotient saturates below, as any large one does
        real = (values.astype(np.float32) / np.float32(quantization.scale)).astype(np.float64)
    rounded = np.trunc(real + np.copysign(0.5, real)) + quantization.zero_point
    quantized: npt.NDArray[np.int8] = np.clip(rounded, -128, 127).astype(np.int8)
    return quantized


def quantize(samples: Samples, graph: Graph) -> Samples:
    """Return `samples` as the inputs of `graph` take them.

    For an int8 input, real values x become clamp(round(x / scale) + zero_point, -128, 127), with halves rounded
    away from zero as in TFLite; int8 values are taken as they are. A float32 input takes real values.

    Args:
        samples: arrays of shape [n, *shape], one for each input of `graph`.
        graph: the model; its inputs have the shape [1, *shape].

    Raises:
        SamplesError: the arrays are not the inputs' in number, shape or type.
        ModelError: an input is int8 without quantization parameters.
    """
    tensors = [graph.tensors[at] for at in graph.inputs]
    shapes = [array.shape[1:] for array in samples.inputs]
    if shapes != [sample_shape(t) for t in tensors]:
        given = ", ".join(str(list(shape)) for shape in shapes)
        raise SamplesError(
            f"the samples have the shapes {given}, and the model has the inputs {_describe(tensors)}"
        )
    arrays = []
    for values, tensor in zip(samples.inputs, tensors, strict=True):
        if tensor.type == "int8" and values.dtype != np.int8:
            arrays.append(_quantize(values, tensor))
        elif values.dtype == tensor.type:
            arrays.append(values)
        else:
            raise SamplesError(
                f"the samples are {values.dtype} and the input {input_name(tensor)} is {tensor.type}"
            )
    return Samples(tuple(arrays), samples.labels)


def random_int8(graph: Graph, count: int, seed: int = 0) -> Samples:
    """Return `count` random samples for `graph`, each value uniform over -128 to 127.

    Equal arguments give equal values on every machine and NumPy version: they are the bytes, little-endian, of
    the raw stream of PCG64, which NumPy keeps stable (the methods of its Generator may change).

    Args:
        graph: the model; its inputs are int8, shape [1, *shape].
        count: how many samples, at least 1.
        seed: the stream's seed, at least 0.

    Raises:
        SamplesError: `count` or `seed` is out of range, the samples are of more than 2^28 values, or an input is
            not int8.
    """
    if count < 1 or seed < 0:
        raise SamplesError(
            f"{count} random samples of seed {seed} are asked for; at least 1 and a seed from 0 is allowed"
        )
    tensors = [graph.tensors[at] for at in graph.inputs]
    each = sum(tensor.elements for tensor in tensors)
    if count * each > _MAX_RANDOM:
        raise SamplesError(
            f"{count} random samples of {each} values are asked for; at most {_MAX_RANDOM} values are allowed",
            f"Ask for at most {_MAX_RANDOM // each} samples.",
        )
    stream = np.random.PCG64(seed)
    arrays = []
    for tensor in tensors:
        if tensor.type != "int8":
            raise SamplesError(
                f"the input {input_name(tensor)} is {tensor.type}, and random samples are int8",
                "Give samples of your own.",
            )
        size = count * tensor.elements
        words = stream.random_raw(-(-size // 8)).astype("<u8")
        arrays.append(words.view(np.int8)[:size].reshape(count, *sample_shape(tensor)))
    return Samples(tuple(arrays))

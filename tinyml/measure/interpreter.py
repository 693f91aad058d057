"""Runs a model on the host in a child process: TFLM's interpreter (the oracle), or TensorFlow Lite's (the desk).

A model that kills an interpreter kills the child only. `python -m tinyml.measure.interpreter KIND IN OUT` is the
child: IN and OUT are `.npz` files in a temporary folder of the parent.
"""

import contextlib
import importlib.metadata
import importlib.util
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tinyml import process
from tinyml.errors import MissingToolError, ModelError
from tinyml.graph import Graph

Array = npt.NDArray[np.generic]

_START_SECONDS = 60.0  # importing TensorFlow alone may take many seconds on a busy machine
_MACS_A_SECOND = 20e6  # a tenth of what TFLM's reference kernels do on a slow host


@dataclass(frozen=True)
class Outputs:
    """What an interpreter computed for n samples.

    Attributes:
        outputs: for each output of the model, an array of shape [n, *shape].
        digests: the CRC-32 of the bytes of each tensor that was asked for, shape [n, tensors], uint32.
        tensors: the values of those tensors where they were wanted too, by tensor index, shape [n, *shape].
    """

    outputs: tuple[Array, ...]
    digests: npt.NDArray[np.uint32]
    tensors: dict[int, Array]


def oracle_available() -> bool:
    """Return whether TFLM's interpreter is installed (its wheels exist for Linux on x86-64 only)."""
    return importlib.util.find_spec("tflite_micro") is not None


# Packages that bring a desktop interpreter, the light one first: module and distribution name.
_DESKS = {"ai_edge_litert": ("ai-edge-litert",), "tensorflow": ("tensorflow", "tensorflow-cpu")}


def desk_available() -> bool:
    """Return whether a desktop interpreter is installed: ai-edge-litert or TensorFlow."""
    return any(importlib.util.find_spec(module) is not None for module in _DESKS)


def desk_name() -> str:
    """Return the desktop interpreter's package and version, such as "ai-edge-litert 2.1.0"."""
    for module, names in _DESKS.items():
        if importlib.util.find_spec(module) is not None:
            for name in names:
                with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                    return f"{name} {importlib.metadata.version(name)}"
            return module
    return "none"


def run_oracle(
    graph: Graph, inputs: Sequence[Array], tensors: Sequence[int] = (), macs: int = 0, values: bool = False
) -> Outputs:
    """Run samples through TFLM's interpreter, each from the state that the model begins with.

    Args:
        graph: the model.
        inputs: for each input of the model, an array of n samples, shape [n, *shape].
        tensors: indices of tensors whose digests are wanted; of one that lost channels, those of what is left.
        macs: multiply-accumulates of one inference, for the time limit.
        values: whether the values of `tensors` are wanted too.

    Raises:
        MissingToolError: the `tflite-micro` package is not installed.
        ModelError: TFLM refuses the model, dies of it, or does not end.
    """
    if not oracle_available():
        raise MissingToolError(
            "the package tflite-micro, which gives the expected bits, is not installed",
            "Its wheels exist for Linux on x86-64; validate there once, and the project keeps the expectations.",
        )
    wholes = list(dict.fromkeys(graph.tensors[t].whole for t in tensors))
    found = _run_child("tflm", graph, inputs, wholes, macs)
    parts = {t: graph.tensors[t].part_of(found[f"tensor{graph.tensors[t].whole}"]) for t in tensors}
    rows = [[zlib.crc32(row.tobytes()) for row in parts[t]] for t in tensors]
    digests = np.array(rows, np.uint32).reshape(len(tensors), len(inputs[0])).T
    return Outputs(_outputs(graph, found), digests, parts if values else {})


def run_desk(graph: Graph, inputs: Sequence[Array], macs: int = 0) -> tuple[Array, ...]:
    """Run samples through the desktop's TensorFlow Lite interpreter.

    Arguments and errors are those of `run_oracle`.

    Returns:
        For each output of the model, an array of shape [n, *shape].
    """
    if not desk_available():
        raise MissingToolError(
            "no desktop interpreter is installed", "Install one with `pip install 'tinyml[desk]'`."
        )
    return _outputs(graph, _run_child("desk", graph, inputs, (), macs))


def _outputs(graph: Graph, found: dict[str, Array]) -> tuple[Array, ...]:
    return tuple(found[f"output{i}"] for i in range(len(graph.outputs)))


def _run_child(
    kind: str, graph: Graph, inputs: Sequence[Array], tensors: Sequence[int], macs: int
) -> dict[str, Array]:
    limit = _START_SECONDS + len(inputs[0]) * macs / _MACS_A_SECOND
    shaped = {
        f"input{i}": values.reshape(len(values), *graph.tensors[t].shape)
        for i, (values, t) in enumerate(zip(inputs, graph.inputs, strict=True))
    }
    with tempfile.TemporaryDirectory(prefix="tinyml-") as folder:
        request, answer = Path(folder) / "in.npz", Path(folder) / "out.npz"
        arena = (
            2 * sum(t.nbytes for t in graph.tensors if not t.is_constant) + 256 * len(graph.tensors) + (1 << 20)
        )
        given: dict[str, Array] = {
            "model": np.frombuffer(graph.data, np.uint8),
            "tensors": np.array(tensors, np.int64),
            "arena": np.array(arena),
        }
        np.savez(request, allow_pickle=False, **given, **shaped)
        log = Path(folder) / "log.txt"
        name = {"tflm": "TFLM's interpreter", "desk": "the desktop interpreter"}[kind]
        arguments = [kind, str(request), str(answer)]
        try:
            with log.open("wb") as output:
                code = process.run_module("tinyml.measure.interpreter", arguments, output, limit)
        except subprocess.TimeoutExpired:
            raise ModelError(f"{name} did not finish the model within {limit:.0f} s") from None
        if code < 0:
            raise ModelError(f"{name} died of the model with signal {-code}")
        if code != 0:
            raise ModelError(f"{name} refuses the model: {_reason(log.read_text(errors='replace'))}")
        with np.load(answer, allow_pickle=False) as found:
            return {key: found[key] for key in found.files}


def _reason(log: str) -> str:
    """Return what an interpreter said last, without the lines of a traceback around it."""
    lines = [line for line in log.splitlines() if line.strip() and not line.startswith((" ", "Traceback"))]
    return "; ".join(lines[-3:]) or "no reason given"


def _tflm_outputs(
    model: bytes, arena: int, samples: list[list[Array]], tensors: list[int]
) -> list[dict[str, Array]]:
    from tflite_micro.python.tflite_micro import runtime

    # Preserving all tensors gives the same outputs and lets us read what lies between.
    config = runtime.InterpreterConfig.kPreserveAllTensors
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=arena, intrepreter_config=config)
    outputs = _output_count(model)
    answers = []
    for sample in samples:
        interpreter.reset()
        for i, values in enumerate(sample):
            interpreter.set_input(values, i)
        interpreter.invoke()
        answer: dict[str, Array] = {f"output{i}": np.array(interpreter.get_output(i)) for i in range(outputs)}
        answer |= {f"tensor{t}": np.array(interpreter.GetTensor(t, 0)["tensor_data"]) for t in tensors}
        answers.append(answer)
    return answers


def _desk_outputs(model: bytes, samples: list[list[Array]]) -> list[dict[str, Array]]:
    if importlib.util.find_spec("ai_edge_litert") is not None:
        from ai_edge_litert.interpreter import Interpreter
    else:
        import tensorflow

        Interpreter = tensorflow.lite.Interpreter  # noqa: N806 - a class, which cannot be imported by its name
    interpreter: Any = Interpreter(model_content=model)
    interpreter.allocate_tensors()
    answers = []
    for sample in samples:
        interpreter.reset_all_variables()
        for details, values in zip(interpreter.get_input_details(), sample, strict=True):
            interpreter.set_tensor(details["index"], values)
        interpreter.invoke()
        found = [np.array(interpreter.get_tensor(d["index"])) for d in interpreter.get_output_details()]
        answers.append({f"output{i}": values for i, values in enumerate(found)})
    return answers


def _output_count(model: bytes) -> int:
    from tinyml.graph import read

    return len(read(model).outputs)


def _child(kind: str, request: str, answer: str) -> None:
    with np.load(request) as given:
        model = given["model"].tobytes()
        tensors = [int(t) for t in given["tensors"]]
        arena = int(given["arena"])
        inputs = [given[f"input{i}"] for i in range(len(given.files) - 3)]
    # The interpreters want the batch that the model has, so a sample is one row of each input.
    samples = [[np.ascontiguousarray(values[n]) for values in inputs] for n in range(len(inputs[0]))]
    answers = _tflm_outputs(model, arena, samples, tensors) if kind == "tflm" else _desk_outputs(model, samples)
    stacked = {name: np.stack([a[name] for a in answers]) for name in answers[0]}
    np.savez(answer, allow_pickle=False, **stacked)


if __name__ == "__main__":
    _child(*sys.argv[1:])

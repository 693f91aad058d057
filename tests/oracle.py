"""TFLM's interpreter, for comparison in tests: in a child process, which a model may kill.

`python -m tests.oracle` is the child: it takes pickled requests from standard input and answers on its output.
"""

import atexit
import contextlib
import os
import pickle
import select
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinyml.graph import read
from tinyml.measure.interpreter import oracle_available

ARENA_BYTES = 1 << 20
_SECONDS = 60.0  # for the samples of one model, on a busy machine
_LENGTH = struct.Struct("<Q")

Values = list[np.ndarray]


class DiedError(RuntimeError):
    """The model ended TFLM's process, or kept it busy for too long."""


class _Child:
    """The running child; another one is started after each that has died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.end)

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=10)
            self._process = None

    def ask(self, request: object) -> Any:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.oracle"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(__file__).parents[1],
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        data = pickle.dumps(request)
        self._process.stdin.write(_LENGTH.pack(len(data)) + data)
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], _SECONDS)
        head = self._process.stdout.read(_LENGTH.size) if ready else b""
        if len(head) < _LENGTH.size:
            self.end()
            raise DiedError("TFLM died of the model" if ready else f"TFLM took more than {_SECONDS:g} s")
        return pickle.loads(self._process.stdout.read(_LENGTH.unpack(head)[0]))


@cache
def _child() -> _Child:
    if not oracle_available():
        pytest.skip("tflite-micro is not installed")
    return _Child()


def run_all(model: bytes, samples: Sequence[Sequence[np.ndarray]], tensors: Sequence[int] = ()) -> list[Values]:
    """Run samples; return for each the values of the model's outputs, or of `tensors` where any are named.

    They run one after the other: a state that the model keeps goes from each to the next.

    Raises:
        RuntimeError: TFLM refuses the model, or a `DiedError`.
    """
    answer = _child().ask(("run", model, samples, list(tensors), len(read(model).outputs)))
    if isinstance(answer, str):
        raise RuntimeError(answer)
    found: list[Values] = answer
    return found


def run(model: bytes, inputs: Sequence[np.ndarray], tensors: Sequence[int] = ()) -> Values:
    """Run one sample; see `run_all`."""
    return run_all(model, [inputs], tensors)[0]


def unknown(models: dict[str, bytes]) -> set[str]:
    """Return the names of those models, each of one operator, whose operator TFLM's resolver does not know."""
    found: set[str] = _child().ask(("unknown", models))
    return found


def _run(model: bytes, samples: Sequence[Values], tensors: list[int], outputs: int) -> list[Values] | str:
    from tflite_micro.python.tflite_micro import runtime

    kinds = runtime.InterpreterConfig
    config = kinds.kPreserveAllTensors if tensors else kinds.kAllocationRecording
    try:
        interpreter = runtime.Interpreter.from_bytes(model, arena_size=ARENA_BYTES, intrepreter_config=config)
        answers = []
        for sample in samples:
            for i, values in enumerate(sample):
                interpreter.set_input(values, i)
            interpreter.invoke()
            if tensors:
                found = [np.array(interpreter.GetTensor(t, 0)["tensor_data"]) for t in tensors]
            else:
                found = [np.array(interpreter.get_output(i)) for i in range(outputs)]
            answers.append(found)
    except (RuntimeError, ValueError) as error:
        return str(error) or "TFLM refuses the model"
    return answers


def _unknown(models: dict[str, bytes]) -> set[str]:
    from tflite_micro.python.tflite_micro import runtime

    missing = set()
    for name, model in models.items():
        with tempfile.TemporaryFile() as log:
            process = os.fork()  # a model of no sensible form may kill it
            if process == 0:
                os.dup2(log.fileno(), sys.stderr.fileno())
                with contextlib.suppress(RuntimeError):
                    runtime.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
                os._exit(0)
            os.waitpid(process, 0)
            log.seek(0)
            if b"Didn't find op for builtin opcode" in log.read():
                missing.add(name)
    return missing


_REQUESTS = {"run": _run, "unknown": _unknown}


def _serve() -> None:
    source, to = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(_LENGTH.size)) == _LENGTH.size:
        kind, *arguments = pickle.loads(source.read(_LENGTH.unpack(head)[0]))
        data = pickle.dumps(_REQUESTS[kind](*arguments))
        to.write(_LENGTH.pack(len(data)) + data)
        to.flush()


if __name__ == "__main__":
    _serve()

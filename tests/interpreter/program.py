"""The interpreter as a program on the host, with all operators and under sanitizers; see host.c."""

import atexit
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests import objects
from tests.objects import FLAGS, SANITIZERS
from tinyml import resources
from tinyml.ops import REGISTRY

HERE = Path(__file__).parent
OK, MALFORMED, IDENTIFIER, VERSION, SUBGRAPHS, TENSOR, GRAPH, OPERATOR, FORM, PLAN, ARENA = range(11)
ARENA_BYTES = 1 << 20


@dataclass(frozen=True)
class Answer:
    """What the interpreter says of a model.

    Attributes:
        error, index, detail: the status; see tm_model.h.
        used: bytes of the arena that the model needs.
        layers: the bytes of each layer's output, right after it ran.
        outputs: the bytes of the model's outputs.
    """

    error: int
    index: int
    detail: int
    used: int = 0
    layers: tuple[bytes, ...] = ()
    outputs: tuple[bytes, ...] = ()


def operator_table() -> str:
    """Return C that defines the table of all operators, for programs that have them all."""
    files = [part for definition in REGISTRY.values() for part in definition.parts]
    names = "".join(f"    &tm_op_{file},\n" for file in files)
    return (
        '#include "tm_operators.h"\n\n'
        + "".join(f"extern const tm_operator tm_op_{file};\n" for file in files)
        + f"static const tm_operator *const all_operators[] = {{\n{names}    NULL,\n}};\n"
        "static const tm_special no_specials[] = {{NULL, NULL, 0, NULL}};\n"
    )


def compile_program(folder: Path, main: str = "host.c") -> Path:
    """Compile the interpreter with all operators and `main` for this machine."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    firmware = resources.firmware()
    (folder / "all_operators.h").write_text(operator_table(), encoding="utf-8")
    includes = [f"-I{folder}", *(f"-I{firmware / part}" for part in ("interpreter", "kernels", "runtime"))]
    program = folder / "interpreter"
    command = [
        "gcc",
        "-std=gnu99",
        *FLAGS[1:],
        *SANITIZERS,
        *includes,
        HERE / main,
        *objects.interpreter(),
        "-o",
        program,
    ]
    subprocess.run(command, check=True, timeout=600)
    return program


class Program:
    """The running program."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tinyml-interpreter-")
        folder = Path(self._folder.name)
        self._errors = (folder / "errors.txt").open("w+")
        self._process = subprocess.Popen(
            [compile_program(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )

    def close(self) -> None:
        """End the program."""
        self._process.kill()
        self._process.wait(timeout=10)
        self._errors.close()
        self._folder.cleanup()

    def run(self, model: bytes, inputs: Sequence[np.ndarray] = (), arena_bytes: int = ARENA_BYTES) -> Answer:
        """Load a model and, where inputs are given, run it once."""
        values = b"".join(np.ascontiguousarray(x).tobytes() for x in inputs)
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(struct.pack("<3I", len(model), arena_bytes, len(values)) + model + values)
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # the empty answer below says why
        error, index, detail = self._words(3)
        if error != OK:
            return Answer(error, index, detail)
        used, layers, outputs = self._words(3)
        return Answer(
            error,
            index,
            detail,
            used,
            tuple(self._bytes(*self._words(1)) for _ in range(layers)),
            tuple(self._bytes(*self._words(1)) for _ in range(outputs)),
        )

    def _words(self, count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}I", self._bytes(4 * count))

    def _bytes(self, size: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(size)
        if len(data) != size:
            self._process.wait(timeout=30)
            self._errors.seek(0)
            pytest.fail(f"the interpreter ended:\n{self._errors.read()}")
        return data


@cache
def program() -> Program:
    """Return the program, compiled and started once for a test session."""
    running = Program()
    atexit.register(running.close)
    return running

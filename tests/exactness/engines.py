"""The driver, built and running: with compiled models or the interpreter, on the host or an emulated board."""

import contextlib
import os
import select
import shutil
import struct
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
import serial

from tests import objects
from tests.interpreter.program import operator_table
from tests.objects import FLAGS, SANITIZERS
from tests.ops.single import Case
from tests.run import images
from tinyml import resources
from tinyml.board import Board
from tinyml.generate import Origin
from tinyml.generate.source import files as source_files
from tinyml.plan import Plan
from tinyml.run.qemu import Emulator

_DRIVER = Path(__file__).parent / "driver.c"
_BATCH = 64  # models of one program
_SECONDS = 30.0  # for one answer, on a busy machine; models are small
_FILE_BYTES, _ARENA_BYTES = 64 << 10, 64 << 10  # for the interpreter, on a board
_CODE_BYTES = 4000  # of a compiled model of one operator, about
_MOST_FURTHER = 128  # outputs of a model's layers besides each one's first
_MOST_PARTS = 256  # operators that take turns in a layer: the steps that name them are bytes
_WORD = struct.Struct("<I")
_FURTHER = struct.Struct("<3I")  # layer, place, bytes
_END, _RESET, _INFER, _RUN_LAYERS = range(4)  # the driver's commands


@dataclass(frozen=True)
class Job:
    """A model to be run.

    Attributes:
        case: the model and its samples.
        plan: its plan; the interpreter runs the plan's file, which may carry the memory plan.
    """

    case: Case
    plan: Plan

    @property
    def answer_sizes(self) -> tuple[int, int]:
        """The bytes of all outputs, and of all layers' outputs with the digests that come before some."""
        tensors, outputs = self.plan.graph.tensors, self.plan.graph.outputs
        layers = [t for layer in self.plan.layers for t in layer.operator.outputs]
        parts = sum(len(layer.stream.parts) for layer in self.plan.layers if layer.stream is not None)
        told = _WORD.size * parts + sum(tensors[t].nbytes for t in layers)
        return sum(tensors[t].nbytes for t in outputs), told

    @property
    def further(self) -> list[tuple[int, int]]:
        """The outputs of layers besides each one's first, which the model tells itself: index of layer, tensor."""
        return [(layer.index, t) for layer in self.plan.layers for t in layer.operator.outputs[1:]]


class _Channel(Protocol):
    """A running driver."""

    def write(self, data: bytes) -> None: ...
    def read(self, size: int) -> bytes:
        """Return `size` bytes, or fewer where the driver has ended or does not answer."""

    def close(self) -> str:
        """End the driver; return what it said of itself."""


class _Process:
    def __init__(self, program: Path) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, bufsize=0
        )

    def write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # the empty answer says why
            self._process.stdin.write(data)

    def read(self, size: int) -> bytes:
        assert self._process.stdout is not None
        end, found = time.monotonic() + _SECONDS, b""
        while len(found) < size:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, end - time.monotonic()))
            part = os.read(self._process.stdout.fileno(), size - len(found)) if ready else b""
            if not part:
                break
            found += part
        return found

    def close(self) -> str:
        with contextlib.suppress(BrokenPipeError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.seek(0)
        said = self._log.read().decode("utf-8", "replace")
        self._log.close()
        return said or "it did not answer"


class _Emulated:
    def __init__(self, elf: Path, board: Board) -> None:
        self._emulator = Emulator(elf, board)
        self._serial = serial.serial_for_url(self._emulator.url, timeout=_SECONDS, write_timeout=_SECONDS)

    def write(self, data: bytes) -> None:
        self._serial.write(data)

    def read(self, size: int) -> bytes:
        found: bytes = self._serial.read(size)
        return found

    def close(self) -> str:
        said = self._emulator.explain()
        self._serial.close()
        self._emulator.close()
        return said or "the device did not answer"


class Engine(ABC):
    """Runs jobs, a batch after the other; batches may run in several threads."""

    def __init__(self, board: Board | None) -> None:
        """Run on an emulated board, or on the host."""
        self._board = board

    def run(self, batch: Sequence[Job]) -> list[bytes | str]:
        """Return each job's answer: for each sample outputs and layers' outputs; or why there is none."""
        with tempfile.TemporaryDirectory(prefix="tinyml-exact-") as folder:
            program = self._build(Path(folder), batch)
            answers: list[bytes | str] = []
            channel: _Channel | None = None
            for i, job in enumerate(batch):
                channel = channel or self._start(program)
                answer = _ask(channel, self._load(i, job) + self._further(job), job)
                if answer is None:
                    answers.append(channel.close())
                    channel = None
                else:
                    answers.append(answer)
            if channel is not None:
                channel.close()
        return answers

    def _further(self, job: Job) -> bytes:
        """Return what the driver is told of the outputs that the model does not tell itself."""
        tensors = job.plan.graph.tensors
        places = [_FURTHER.pack(layer, self._place(job, t), tensors[t].nbytes) for layer, t in job.further]
        return _WORD.pack(len(places)) + b"".join(places)

    def _start(self, program: Path) -> _Channel:
        return _Process(program) if self._board is None else _Emulated(program, self._board)

    def _compile(self, folder: Path, sources: Sequence[Path], definitions: Sequence[str] = ()) -> Path:
        """Compile the driver and `sources` in `folder`, where headers lie too."""
        firmware = resources.firmware()
        includes = [f"-I{path}" for path in (folder, *(firmware / part for part in _PARTS))]
        definitions = [f"-DMOST_FURTHER={_MOST_FURTHER}", f"-DMOST_PARTS={_MOST_PARTS}", *definitions]
        if self._board is not None:
            return images.link(self._board, folder, [_DRIVER, *sources], [*includes, *definitions])
        if shutil.which("gcc") is None:
            pytest.skip("gcc is not installed")
        program = folder / "driver"
        flags = [*FLAGS, *SANITIZERS, "-DON_HOST", *definitions, *includes]
        subprocess.run(["gcc", *flags, _DRIVER, *sources, "-o", program], check=True, timeout=600)
        return program

    def fits(self, jobs: Sequence[Job]) -> bool:
        """Return whether one program can hold these jobs."""
        return len(jobs) <= _BATCH and all(len(job.further) <= _MOST_FURTHER for job in jobs)

    @abstractmethod
    def _build(self, folder: Path, batch: Sequence[Job]) -> Path:
        """Return the program for a batch."""

    @abstractmethod
    def _load(self, number: int, job: Job) -> bytes:
        """Return how the driver is told of the model."""

    @abstractmethod
    def _place(self, job: Job, tensor: int) -> int:
        """Return how the driver finds the values of a tensor."""


_PARTS = ("interpreter", "kernels", "runtime")


def _ask(channel: _Channel, load: bytes, job: Job) -> bytes | str | None:
    """Return a job's answer, or why the driver refuses the model, or None where it does not answer.

    The samples run whole and then once more layer by layer, each time one after the other from a reset on: a state
    that the model keeps goes from one sample to the next, as it does where TFLM's interpreter is asked.
    """
    channel.write(load)
    status = channel.read(_WORD.size)
    if len(status) < _WORD.size:
        return None
    if error := _WORD.unpack(status)[0]:
        return f"the driver refuses the model with status {error}"
    passes = []
    for command, size in zip((_INFER, _RUN_LAYERS), job.answer_sizes, strict=True):
        channel.write(_WORD.pack(_RESET))
        answers = []
        for sample in job.case.samples:
            channel.write(_WORD.pack(command) + b"".join(values.tobytes() for values in sample))
            answers.append(channel.read(size))
            if len(answers[-1]) < size:
                return None
        passes.append(answers)
    channel.write(_WORD.pack(_END))
    return b"".join(part for sample in zip(*passes, strict=True) for part in sample)


class Compiled(Engine):
    """Models as C: many in one program."""

    def fits(self, jobs: Sequence[Job]) -> bool:
        if not super().fits(jobs):
            return False
        if self._board is None:
            return True
        arenas = sum(job.plan.memory.arena_bytes + 64 for job in jobs)
        image = sum(job.plan.constant_bytes + _CODE_BYTES * max(1, len(job.plan.layers)) for job in jobs)
        return arenas <= self._board.ram.free // 2 and image <= self._board.flash.free // 2

    def _build(self, folder: Path, batch: Sequence[Job]) -> Path:
        names = [f"m{i}" for i in range(len(batch))]
        kernels = []
        for name, job in zip(names, batch, strict=True):
            texts = source_files(job.plan, Origin("m.tflite", "c", name))
            for kind in "ch":
                (folder / f"{name}.{kind}").write_text(texts[f"src/{name}.{kind}"], encoding="utf-8")
            if (text := texts.get(f"src/{name}_kernels.S")) is not None:
                kernels.append(folder / f"{name}_kernels.S")
                kernels[-1].write_text(text, encoding="utf-8")
        # One unit, so that the compiler reads the kernels once.
        included = "\n".join(f'#include "{name}.c"' for name in names)
        table = ", ".join(f"&{name}_descriptor" for name in names)
        (folder / "models.h").write_text(
            f"{included}\nstatic const tm_model *const models[] = {{{table}}};\n", encoding="utf-8"
        )
        return self._compile(folder, kernels)

    def _load(self, number: int, job: Job) -> bytes:
        return _WORD.pack(number)

    def _place(self, job: Job, tensor: int) -> int:
        return job.plan.memory.offsets[tensor]


class Interpreter(Engine):
    """Models as flatbuffers, one after the other in one program that is built once."""

    def __init__(self, board: Board | None) -> None:
        """Run on an emulated board, or on the host."""
        super().__init__(board)
        self._folder = tempfile.TemporaryDirectory(prefix="tinyml-exact-")
        folder = Path(self._folder.name)
        room = _FILE_BYTES if board is None else min(_FILE_BYTES, board.ram.free // 4)
        definitions = f"#define FILE_BYTES {room}\n#define ARENA_BYTES {room}\n"
        (folder / "models.h").write_text(operator_table() + definitions, encoding="utf-8")
        sources = sorted((resources.firmware() / "interpreter").glob("*.c")) if board else objects.interpreter()
        self._room = room
        self._program = self._compile(folder, sources, ["-DINTERPRETED"])

    def fits(self, jobs: Sequence[Job]) -> bool:
        return super().fits(jobs) and all(len(job.plan.graph.data) <= self._room for job in jobs)

    def _build(self, folder: Path, batch: Sequence[Job]) -> Path:
        return self._program

    def _load(self, number: int, job: Job) -> bytes:
        data = job.plan.graph.data
        return _WORD.pack(len(data)) + data

    def _place(self, job: Job, tensor: int) -> int:
        return tensor


ENGINES: dict[str, type[Engine]] = {"compiled": Compiled, "interpreter": Interpreter}

"""Damages models where it matters and feeds them to the interpreter's reader, under sanitizers.

The reader in Python is the guide: every place of a model that it reads decides something. Most changes put a
telling value into one of these places; some hit any byte, repeat a part of the file or cut its end. The
identifier stays, so that every model gets past the first check.
"""

import contextlib
import struct
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from tests import small_models
from tests.interpreter.program import compile_program
from tests.ops.test_hostile import MODELS
from tinyml import flatbuffer, ops
from tinyml import plan as plans
from tinyml.errors import ModelError
from tinyml.generate import offline
from tinyml.graph import read

_ARENAS = (0, 256, 4096, 16384, 32768, 32768, 32768, 32768)
_BATCH = 64
_MOST_ELEMENTS = 64  # of a vector that count as places; weights are long and decide little
_IDENTIFIER = range(4, 8)


@dataclass
class Base:
    """A model and the places (position, size) of it that a reader reads."""

    data: bytes
    places: list[tuple[int, int]]


@dataclass
class Findings:
    """What a run found.

    Attributes:
        count: models that were tried.
        errors: how often each status was answered, by its number.
        crashes: models that ended the program, with what it said.
    """

    count: int = 0
    errors: Counter[int] = field(default_factory=Counter)
    crashes: list[tuple[bytes, str]] = field(default_factory=list)


def places(data: bytes) -> list[tuple[int, int]]:
    """Return the places (position, size) that the reader in Python reads, until it has a graph or refuses."""
    found: set[tuple[int, int]] = set()
    original, decode = flatbuffer._read, flatbuffer._File.decode

    def traced(form: struct.Struct, data: bytes, position: int, what: str) -> int:
        found.add((position, form.size))
        return original(form, data, position, what)

    def traced_decode(file: flatbuffer._File, form: str, position: int) -> tuple[Any, ...]:
        size = {"i": 4, "q": 8, "f": 4, "s": 1}[form[-1]]
        count = min(struct.calcsize(form) // size, _MOST_ELEMENTS)
        found.update((position + i * size, size) for i in range(count))
        return decode(file, form, position)

    with (
        mock.patch.object(flatbuffer, "_read", traced),
        mock.patch.object(flatbuffer._File, "decode", traced_decode),
        contextlib.suppress(ModelError),
    ):
        ops.lower(read(data))
    return sorted(place for place in found if place[0] not in _IDENTIFIER)


def _attached(model: bytes) -> Base:
    """Return `model` with tinyml's metadata, which the reader in Python passes by: all of it counts as places."""
    data = offline.attach(plans.make(read(model))).graph.data
    front = {(at, 4) for at in range(8, len(data) - len(model), 4)}
    return Base(data, sorted({*places(data), *front}))


def bases() -> list[Base]:
    """Return the models that are damaged: one of each operator and a whole one, also with tinyml's metadata."""
    models = [make(np.random.default_rng(1)) for _, make in sorted(MODELS.items())]
    models.append(small_models.classifier())
    found = [Base(model, places(model)) for model in models]
    for model in models:
        with contextlib.suppress(ModelError):  # a RESHAPE alone computes nothing, which is not planned
            found.append(_attached(model))
    return found


def _value(rng: np.random.Generator, base: Base, size: int, old: int) -> int:
    """Return a value that may mean much at a place that holds `old`."""
    kind = rng.integers(6)
    if kind == 0:
        return int(rng.choice([0, 1, 2, 3, 4, 5, 7, 8, 255, 256, 32767, 32768, 65535]))
    if kind == 1:
        return old + int(rng.integers(-8, 9))
    if kind == 2:
        return old ^ 1 << int(rng.integers(8 * size))
    if kind == 3:
        return int(rng.choice([-1, -2, -4, 1 << 31, (1 << 31) - 1, 1 << 30, len(base.data), len(base.data) - 4]))
    if kind == 4:
        other, width = base.places[int(rng.integers(len(base.places)))]
        return int.from_bytes(base.data[other : other + width], "little")
    return int(rng.integers(1 << 32))


def damaged(rng: np.random.Generator, base: Base) -> bytes:
    """Return the model of `base` with one change, sometimes more."""
    data = bytearray(base.data)
    for _ in range(min(rng.geometric(0.6), 4)):
        kind = rng.integers(20)
        if kind < 17:
            at, size = base.places[int(rng.integers(len(base.places)))]
            if at + size > len(data):  # its end was cut
                continue
            old = int.from_bytes(data[at : at + size], "little")
            data[at : at + size] = (_value(rng, base, size, old) % (1 << 8 * size)).to_bytes(size, "little")
        elif kind == 17:
            at = int(rng.integers(8, len(data)))
            data[at] = int(rng.integers(256))
        elif kind == 18 and len(data) > 64:
            size, source, target = int(rng.integers(1, 33)), *(int(n) for n in rng.integers(8, len(data) - 32, 2))
            data[target : target + size] = data[source : source + size]
        else:
            del data[int(rng.integers(8, len(data) + 1)) :]
            data += bytes(max(0, 12 - len(data)))
    return bytes(data)


@contextlib.contextmanager
def _started(program: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def _run_batch(process: subprocess.Popen[bytes], models: list[tuple[bytes, int]], findings: Findings) -> bool:
    """Try all models; return whether the program is still alive."""
    assert process.stdin is not None
    assert process.stdout is not None
    parts = [struct.pack("<2I", len(data), arena) + data for data, arena in models]
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(b"".join(parts))
        process.stdin.flush()
    for data, _ in models:
        answer = process.stdout.read(4)
        findings.count += 1
        if len(answer) < 4:
            assert process.stderr is not None
            findings.crashes.append((data, process.stderr.read().decode("utf-8", "replace")))
            return False
        findings.errors[struct.unpack("<I", answer)[0]] += 1
    return True


def fuzz(program: Path, count: int, seed: int = 0) -> Findings:
    """Try `count` damaged models; every crash costs the rest of its batch, and the program is started again."""
    rng, models, findings = np.random.default_rng(seed), bases(), Findings()
    while findings.count < count:
        with _started(program) as process:
            alive = True
            while alive and findings.count < count:
                batch = [
                    (damaged(rng, models[int(rng.integers(len(models)))]), int(rng.choice(_ARENAS)))
                    for _ in range(min(_BATCH, count - findings.count))
                ]
                alive = _run_batch(process, batch, findings)
    return findings


def compile_fuzzer(folder: Path) -> Path:
    """Compile the program that tries damaged models."""
    return compile_program(folder, "fuzz.c")

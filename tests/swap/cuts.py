"""Swaps on an emulated board whose power is cut at random moments, and what it starts with again.

The emulator keeps the RAM with the slots in a file, store by store; killed and started again on that file it is
a board whose power went. What it cannot show is what real flash does in mid-word: tests/swap/test_slots.py tears
words and sectors.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import serial

from tests.tflite import Builder
from tinyml import graph as graphs
from tinyml import pipeline
from tinyml import plan as planner
from tinyml.board import Board
from tinyml.build import Image
from tinyml.errors import DeviceError
from tinyml.generate import Project, offline
from tinyml.link import Client
from tinyml.measure.expectations import Expectations, expect
from tinyml.measure.swap import Swapper
from tinyml.plan import Plan
from tinyml.run import qemu

BOARD = "mps2-an386"
MODELS = 4
SAMPLES = 2
SLOT_BYTES = 16_384
LONGEST_DELAY = 0.006  # seconds from a request to the cut: most are carried out in less

# When the power is cut: after one of these requests was sent. Each moment is drawn as often as the others.
MOMENTS = {
    "announce": ("slot_begin",),
    "write": ("slot_write",),
    "try": ("slot_try",),
    "prove": ("set_input", "invoke", "get_output"),
    "keep": ("slot_keep",),
}


def dense(seed: int, inputs: int = 160, outputs: int = 64) -> bytes:
    """Return a model of one dense layer with weights of its own."""
    chance = np.random.default_rng(seed)
    model = Builder()
    x = model.tensor([1, inputs], scale=0.1)
    weights = chance.integers(-127, 128, (outputs, inputs)).astype(np.int8)
    matrix = model.tensor([outputs, inputs], scale=0.004, data=weights)
    y = model.tensor([1, outputs], scale=0.2, zero_point=5)
    model.operator("FULLY_CONNECTED", [x, matrix, -1], [y], {"fusedActivationFunction": 0})
    return model.build([x], [y])


@dataclass(frozen=True)
class Known:
    """A model and what it must answer."""

    plan: Plan
    expectations: Expectations

    @property
    def sha256(self) -> str:
        return self.plan.graph.sha256


def know(data: bytes) -> Known:
    plan = offline.attach(planner.make(graphs.read(data)))
    chance = np.random.default_rng(1)
    shape = (SAMPLES, *plan.graph.tensors[plan.graph.inputs[0]].shape)
    return Known(plan, expect(plan, (chance.integers(-128, 128, shape).astype(np.int8),)))


def build(folder: Path) -> Project:
    """Return a built project with slots, whose own model is the first one."""
    model = folder / "own.tflite"
    model.write_bytes(dense(0))
    project = pipeline.generate(model, BOARD, folder / "p", engine="interpreter", slots=SLOT_BYTES)
    pipeline.build(project.path)
    return project


class _Power(Client):
    """A client that cuts the device's power a moment after a request."""

    cut: tuple[tuple[str, ...], int, float] | None = None  # requests, after how many of them, seconds later

    def __init__(self, board: "CutBoard", stream: serial.SerialBase) -> None:
        super().__init__(stream)
        self._board = board
        self.sent = Counter[str]()

    def send(self, data: bytes, name: str) -> None:
        super().send(data, name)
        self.sent[name] += 1
        if self.cut is not None:
            names, count, delay = self.cut
            if name in names and sum(self.sent[n] for n in names) == count:
                end = time.monotonic() + delay
                while time.monotonic() < end:
                    pass
                self._board.kill()


class CutBoard:
    """The emulated board, on a file that outlives it."""

    def __init__(self, project: Project, storage: Path) -> None:
        self._elf, self._board, self._storage = Image.load(project.path).elf, project.board(), storage
        self.client = self._start()

    def _start(self) -> _Power:
        self._emulator = qemu.Emulator(self._elf, self._board, qemu.keeping(self._board, self._storage))
        self._stream = serial.serial_for_url(self._emulator.url, timeout=0, write_timeout=5)
        self._killed = False
        return _Power(self, self._stream)

    def kill(self) -> None:
        os.killpg(self._emulator.process_group, signal.SIGKILL)
        self._killed = True

    def restart(self) -> None:
        self.close()
        self.client = self._start()

    def close(self) -> None:
        self._stream.close()
        if not self._killed:
            self.kill()
        self._emulator.close()


@dataclass
class Tally:
    """What came of the cuts.

    Attributes:
        cuts: by the moment and what the device started with: the model "before" or the "new" one.
        torn: cuts that left a slot that was neither erased, nor as it was before, nor proven.
        late: swaps that had ended before the cut came.
        wrong: what must not be.
    """

    cuts: Counter[tuple[str, str]] = field(default_factory=Counter)
    torn: int = 0
    late: int = 0
    wrong: list[str] = field(default_factory=list)


def _slots(project: Project, board: Board, storage: Path) -> list[bytes]:
    """Return the bytes of both slots as the file has them."""
    facts = project.manifest["slots"]
    at, size = facts["start"] - board.region(facts["region"]).origin, facts["slot_bytes"]
    with storage.open("rb") as file:
        file.seek(at)
        return [file.read(size), file.read(size)]


def _works(client: Client, known: Known) -> bool:
    """Return whether the device answers as the model does."""
    for sample in range(SAMPLES):
        client.set_input(0, known.expectations.inputs[0][sample].tobytes())
        client.invoke()
        if client.get_output(0) != known.expectations.outputs[0][sample].tobytes():
            return False
    return True


def _look(client: Client, models: Mapping[str, Known]) -> tuple[str, str]:
    """Return the model that a device came up with, and what is wrong with it."""
    found = ""
    try:
        found = client.hello().model_sha256.hex()
        if found not in models:
            return found, "it runs a model that was never sent"
        return found, "" if _works(client, models[found]) else f"{found[:12]} gives wrong answers"
    except DeviceError as error:
        return found, str(error)


def run(
    project: Project, storage: Path, seed: int, cuts: int, progress: Callable[[Tally], None] = lambda tally: None
) -> Tally:
    """Swap models on the project's board and cut its power so often; return what came of it."""
    tally, chance, board = Tally(), random.Random(seed), project.board()
    build_id = project.manifest["build_id"]
    models = {known.sha256: known for known in (know(dense(i)) for i in range(MODELS))}
    running = project.manifest["model"]["sha256"]
    device = CutBoard(project, storage)
    try:
        device.client.hello()
        while sum(tally.cuts.values()) < cuts:
            new = models[chance.choice([sha256 for sha256 in models if sha256 != running])]
            moment = chance.choice(list(MOMENTS))
            device.client.sent.clear()
            requests = {"write": -(-len(new.plan.graph.data) // 464), "prove": 3 * SAMPLES}.get(moment, 1)
            count, delay = chance.randint(1, requests), chance.uniform(0, LONGEST_DELAY) * chance.randint(0, 1)
            device.client.cut = (MOMENTS[moment], count, delay)
            before = _slots(project, board, storage)
            kept = False
            with suppress(DeviceError):
                Swapper(device.client, build_id, new.plan, new.expectations).run()
                kept = True
            after = _slots(project, board, storage)
            device.restart()
            allowed = {new.sha256} if kept else {running, new.sha256} if moment == "keep" else {running}
            found, problem = _look(device.client, models)
            if problem or found not in allowed:
                text = (
                    f"{moment} {count} after {delay * 1000:.1f} ms: {problem or 'it started with ' + found[:12]}"
                )
                tally.wrong.append(text)
            if kept:
                tally.late += 1
            else:
                tally.cuts[moment, "new" if found == new.sha256 else "before"] += 1
            empty = b"\xff" * len(after[0])
            changed = [slot for slot, old in zip(after, before, strict=True) if slot not in (old, empty)]
            tally.torn += bool(changed) and found != new.sha256
            running = found if found in models else running
            progress(tally)
    finally:
        device.close()
    return tally

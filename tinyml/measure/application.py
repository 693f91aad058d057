"""The smallest application of a model (templates/bench_main.c.j2): written into a project, and spoken with.

It has no link. It asks with a byte for the inputs, raw bytes in the model's order. It answers, little-endian and
32 bits each, with the counter's start and ticks of each piece of work (first an empty one) and the bytes of stack
that the inference used, and then with the outputs' raw bytes.
"""

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tinyml.errors import DeviceError
from tinyml.files import write_atomically
from tinyml.generate.project import Project
from tinyml.generate.source import comment_text
from tinyml.link import Count
from tinyml.plan import Plan
from tinyml.render import render

MARKER = "tm_count_call"  # runs at the beginning of each piece of work
NOT_MEASURED = "main|send|receive|report|report_stack|nothing|mark_stack|infer|tm_port_.*|tm_start.*|tm_prepare_.*"
TRACES_BEFORE = 3  # the first piece of work: start-up, the mark of the stack, the empty piece

_READY = b"?"
_START_SECONDS = 30.0
_SECONDS = 600.0
_READ_BYTES = 4096
_COUNT = struct.Struct("<II")
_STACK = struct.Struct("<I")


@dataclass(frozen=True)
class Answer:
    """An inference as the application told of it.

    Attributes:
        work: what was counted: the inference, or each layer.
        empty: the count of nothing.
        stack_bytes: the most stack that an inference used so far.
        outputs: the bytes of each output.
    """

    work: tuple[Count, ...]
    empty: Count
    stack_bytes: int
    outputs: tuple[bytes, ...]


def write(project: Project, plan: Plan, layers: bool = False) -> None:
    """Put the application into `project` in place of the link's program.

    Args:
        project: of the model.
        plan: of the model.
        layers: whether each layer is counted, instead of the whole inference.
    """
    text = render(
        "bench_main.c.j2",
        prefix=project.manifest["prefix"],
        model_name=comment_text(project.manifest["model"]["path"]),
        engine=project.manifest["engine"],
        inputs=len(plan.graph.inputs),
        outputs=len(plan.graph.outputs),
        layers=layers,
        ready=f"'{_READY.decode()}'",
    )
    write_atomically(project.path / Path("src", "main.c"), text.encode())


class _Emulator(Protocol):
    url: str

    def explain(self) -> str: ...


class Application:
    """A running application; use it as a context manager.

    Args:
        emulator: what runs it.
        plan: its model.
        pieces: how many pieces of work it counts in an inference: 1, or the layers.
    """

    def __init__(self, emulator: _Emulator, plan: Plan, pieces: int = 1) -> None:
        host, _, port = emulator.url.removeprefix("socket://").partition(":")
        self._emulator = emulator
        self._sizes = [plan.graph.tensors[t].nbytes for t in plan.graph.outputs]
        self._pieces = pieces
        self._connection = socket.create_connection((host, int(port)), _START_SECONDS)

    def __enter__(self) -> "Application":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            try:
                part = self._connection.recv(min(size - len(data), _READ_BYTES))
            except OSError as error:
                raise DeviceError(f"the application does not answer: {error}") from error
            if not part:
                reason = self._emulator.explain() or "the connection has ended"
                raise DeviceError(f"the application does not answer: {reason}")
            data += part
        return data

    def infer(self, inputs: Sequence[bytes]) -> Answer:
        """Run one inference.

        Raises:
            DeviceError: the application does not answer.
        """
        if (asked := self._read(len(_READY))) != _READY:
            raise DeviceError(f"the application asks for its inputs with {asked!r} instead of {_READY!r}")
        self._connection.settimeout(_SECONDS)
        self._connection.sendall(b"".join(inputs))
        empty, *work = (Count(*_COUNT.unpack(self._read(_COUNT.size))) for _ in range(1 + self._pieces))
        (stack_bytes,) = _STACK.unpack(self._read(_STACK.size))
        return Answer(tuple(work), empty, stack_bytes, tuple(self._read(size) for size in self._sizes))

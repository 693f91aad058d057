"""Requests by the thousand over a line that fails: each is answered rightly or ends with a clear error."""

import json
import random
import socket
import subprocess
import tempfile
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.link.proxy import Device, Faults, Proxy
from tests.runtime import host_device
from tests.runtime.host_device import expected_output
from tinyml.board import Board
from tinyml.errors import DeviceError
from tinyml.link import Client
from tinyml.run import qemu

FAULTS = Faults(drop=0.01, flip=0.01, cut=0.01, duplicate=0.01, delay=0.01, noise=0.01, reset_every=500)
_ANSWER_SECONDS = 10.0


@dataclass
class Tally:
    """What came of a run.

    Attributes:
        requests: how many the host asked, repetitions not counted.
        right: pieces of work whose every answer was the expected one.
        errors: those that ended with a DeviceError, with its text.
        wrong: those that gave a wrong result.
        seconds, slowest: of all, and of the piece of work that took longest.
    """

    requests: int = 0
    right: int = 0
    errors: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    slowest: float = 0.0


class HostBuild:
    """The firmware as a program on this machine; restarted, it is another process."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self.complaints: list[bytes] = []
        self._start()

    def _start(self) -> None:
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen([self._program], stdin=theirs, stdout=theirs, stderr=subprocess.PIPE)

    def connection(self) -> socket.socket:
        return self._ours

    def restart(self) -> None:
        self.close()
        self._start()

    def close(self) -> None:
        self._ours.close()
        _, complaint = self._process.communicate(timeout=10)
        if complaint:
            self.complaints.append(complaint)


class EmulatedBoard:
    """The firmware on an emulated board, restarted by the emulator."""

    def __init__(self, elf: Path, board: Board) -> None:
        self._folder = tempfile.TemporaryDirectory()
        control = Path(self._folder.name) / "control"
        self._emulator = qemu.Emulator(elf, board, ["-qmp", f"unix:{control},server=on,wait=off"])
        self._socket = socket.create_connection(("127.0.0.1", int(self._emulator.url.rsplit(":", 1)[1])))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._control = socket.socket(socket.AF_UNIX)
        self._control.settimeout(_ANSWER_SECONDS)
        end = time.monotonic() + _ANSWER_SECONDS
        while self._control.connect_ex(str(control)):  # QEMU opens it after the serial port is connected
            assert time.monotonic() < end, "QEMU opened no control socket"
            time.sleep(0.01)
        self._answers = self._control.makefile("r")
        self._answers.readline()  # the greeting
        self._command("qmp_capabilities")

    def _command(self, name: str) -> None:
        self._control.sendall(json.dumps({"execute": name}).encode())
        while "return" not in (answer := json.loads(self._answers.readline())):
            assert "error" not in answer, answer

    def connection(self) -> socket.socket:
        return self._socket

    def restart(self) -> None:
        self._command("system_reset")

    def close(self) -> None:
        self._socket.close()
        self._control.close()
        self._answers.close()
        self._emulator.close()
        self._folder.cleanup()


class _Counting(Client):
    """A client that counts its requests."""

    requests = 0

    def _ask(self, name, seconds=None, /, **fields):  # type: ignore[no-untyped-def]
        self.requests += 1
        return super()._ask(name, seconds, **fields)


def _infer(client: Client, chance: random.Random) -> str:
    data, second = chance.randbytes(host_device.INPUT_BYTES), bytes([0, chance.randrange(256), 0, 0])
    client.set_input(0, data)
    client.set_input(1, second)
    client.invoke(seconds=10)
    return "" if client.get_output(0) == expected_output(data, second) else "an output is wrong"


def _layers(client: Client, chance: random.Random) -> str:
    data, second = chance.randbytes(host_device.INPUT_BYTES), bytes([0, chance.randrange(256), 0, 0])
    client.set_input(0, data)
    client.set_input(1, second)
    negated = bytes(~value & 0xFF for value in data)
    sums = bytes((value + second[1]) & 0xFF for value in negated)
    for i, expected in enumerate([negated, sums, sums[: host_device.OUTPUT_BYTES]]):
        if client.run_layer(i, seconds=10).digest != zlib.crc32(expected):
            return f"the digest of layer {i} is wrong"
        if client.get_layer_output(i) != expected:
            return f"the output of layer {i} is wrong"
    return ""


def _marks(client: Client, chance: random.Random) -> str:
    marks = client.memory()
    return "" if marks.guard_before and marks.guard_after else "a guard is broken"


def soak(
    device: Device,
    faults: Faults,
    seed: int,
    requests: int,
    progress: Callable[[Tally], None] = lambda tally: None,
) -> tuple[Tally, Proxy]:
    """Ask `device` so many requests over a line with `faults`; return what came of it, and the closed proxy."""
    tally, chance = Tally(), random.Random(seed)
    began = time.monotonic()
    with Proxy(device, faults, seed) as proxy:
        client = _Counting(proxy.stream, reconnect=proxy.reconnect)
        client.hello()
        while (client.requests) < requests:
            work = chance.choices([_infer, _layers, _marks], [5, 2, 1])[0]
            seed_of_work = chance.getrandbits(64)

            def again(work=work, seed_of_work=seed_of_work) -> str:  # type: ignore[no-untyped-def]
                return work(client, random.Random(seed_of_work))

            started = time.monotonic()
            try:
                problem = client.persevere(again)
                if problem:
                    tally.wrong.append(f"{work.__name__} after {client.requests} requests: {problem}")
                else:
                    tally.right += 1
            except DeviceError as error:
                tally.errors.append(str(error))
                client.persevere(client.hello)
            tally.slowest = max(tally.slowest, time.monotonic() - started)
            tally.requests = client.requests
            progress(tally)
    tally.seconds = time.monotonic() - began
    return tally, proxy

"""One input of a fuzzer against the host's half of the link: whatever comes, it is an answer or a DeviceError."""

import contextlib
import itertools
import os
from types import SimpleNamespace
from typing import Any
from unittest import mock

from tinyml import frames, protocol
from tinyml.errors import DeviceError
from tinyml.link import Client, client, throughput

_P = protocol.load()
_FRAME_BYTES = _P.limits["frame_bytes"]
_TICK_SECONDS = 0.05  # by which the clock goes on whenever it is looked at: no limit is waited for
_MOST_READS = 4000
_HELLO = {f.name: bytes(f.count) if f.count else 0 for f in _P.messages["hello"].response.fields}
_GREETING = _P.messages["hello"].response.pack(_HELLO | {"protocol_hash": _P.hash})
_NUMBERS = (0, 1, 4, 8, 467, 468, 469, 1 << 24, 1 << 31, (1 << 32) - 1)


class _Choices:
    """The bytes of an input, taken one by one; when they are used up the line breaks."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        if self._at == len(self._data):
            raise OSError("the input is used up")
        self._at += 1
        return self._data[self._at - 1]

    def bytes(self, count: int) -> bytes:
        return bytes(self.byte() for _ in range(count))

    def number(self) -> int:
        choice = self.byte()
        return (
            _NUMBERS[choice % len(_NUMBERS)] if choice < 200 else int.from_bytes(self.bytes(choice % 4), "little")
        )


class _Hostile:
    """A line to a device that answers as an input chooses: raw bytes, or frames that pass the check."""

    def __init__(self, data: bytes) -> None:
        self._choices = _Choices(data)
        self._decoder = frames.Decoder(_FRAME_BYTES)
        self._asked = b"\0\0\1\0"
        self._reads = 0
        self._position = 0
        # Always ready to be read.
        self._ready = os.open("/dev/zero", os.O_RDONLY)

    def fileno(self) -> int:
        return self._ready

    def close(self) -> None:
        os.close(self._ready)

    def write(self, data: bytes) -> int:
        for frame in self._decoder.push(data):
            self._asked = frame
        return len(data)

    def read(self, size: int) -> bytes:
        self._reads += 1
        assert self._reads < _MOST_READS, "the host does not give up"
        choice = self._choices.byte()
        if choice < 16:
            return self._choices.bytes(choice)
        return frames.encode(self._frame(choice))

    def _frame(self, choice: int) -> bytes:
        header = dict(_P.header.unpack(self._asked[: _P.header.size]))
        message = next(m for m in _P.messages.values() if m.id == header["message"])
        header["status"] = 0
        if choice < 32:
            header["sequence"] = int.from_bytes(self._choices.bytes(2), "little")
        elif choice < 48:
            header["message"] = self._choices.byte()
        elif choice < 64:
            header["status"] = self._choices.byte()
        elif message.name == "feed" and choice >= 160:
            # As a device would: in order, now and then with more to come.
            header["status"] = _P.status("more" if choice < 192 else "ok")
            data = bytes(self._choices.byte() % 9)
            position, self._position = self._position, self._position + len(data)
            return _P.header.pack(header) + message.response.pack({"position": position, "data": data})
        if message.name == "hello" and choice >= 96:
            return _P.header.pack(header) + _GREETING
        body = b"".join(self._choices.number().to_bytes(4, "little") for _ in range(message.response.size // 4))
        if message.response.rest:
            body += bytes(self._choices.number() % _FRAME_BYTES)
        if 64 <= choice < 80:
            body = body[: self._choices.byte()]
        return _P.header.pack(header) + body


def _work(asked: Client, order: int) -> None:
    asked.hello()
    for i in range(4):
        match order >> 2 * i & 3:
            case 0:
                asked.set_input(0, bytes(4))
                asked.invoke()
            case 1:
                asked.get_output(0)
            case 2:
                asked.run_layer(0)
                asked.get_layer_output(0)
            case _:
                throughput.run(asked, [bytes(300)] * 5, 4, 115_200)
                asked.memory()
                asked.calibrate(1)


def check(data: bytes) -> None:
    """Raise where an input does harm: any exception but a DeviceError, or a host that does not give up."""
    decoder = frames.Decoder(_FRAME_BYTES)
    for at in range(0, len(data), 100):
        for frame in decoder.push(data[at : at + 100]):
            assert 0 < len(frame) <= _FRAME_BYTES - protocol.CRC_BYTES
        assert len(decoder.noise) <= _FRAME_BYTES + 3
    ticks = itertools.count()
    clock: Any = SimpleNamespace(monotonic=lambda: next(ticks) * _TICK_SECONDS)
    line = _Hostile(data[1:])
    try:
        with (
            mock.patch.object(client, "time", clock),
            mock.patch.object(throughput, "time", clock),
            contextlib.suppress(DeviceError),
        ):
            asked = Client(line)
            asked.persevere(lambda: _work(asked, data[0] if data else 0))
    finally:
        line.close()

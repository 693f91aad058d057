"""The host's half of the protocol: asks a device, repeats what is not answered, and gives up in bounded time."""

import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tinyml import frames, protocol
from tinyml.architecture import CORTEX_M, Architecture
from tinyml.errors import DeviceError
from tinyml.link import faults, refusals

_MAX_SEQUENCE = 0xFFFF
_NO_LAYER = 0xFFFFFFFF
_READ_BYTES = 4096
_SHOWN_NOISE_BYTES = 16


class Stream(Protocol):
    """A serial connection as pyserial opens it with `timeout=0`: a read answers with what is there."""

    def fileno(self) -> int:
        """Return the descriptor to wait for bytes with."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes that have come; never wait."""

    def write(self, data: bytes, /) -> int | None:
        """Send all of `data`, in bounded time."""


@dataclass(frozen=True)
class Hello:
    """What a device says about itself.

    Attributes:
        build_id: the beginning of the hash of the project's files.
        layer_count, input_count, output_count: of its model.
        arena_bytes: of its model.
        clock_hz: of its core, as it could set it up.
        model_sha256: the 32 bytes of the hash of its `model.tflite`.
        firmware_version: the version of tinyml that generated it.
    """

    build_id: int
    layer_count: int
    input_count: int
    output_count: int
    arena_bytes: int
    clock_hz: int
    model_sha256: bytes
    firmware_version: str


@dataclass(frozen=True)
class Count:
    """How far the device's counter ran during a piece of work, with all that counting costs.

    Attributes:
        start: the counter at the beginning, modulo 2**32.
        ticks: by how much it grew, modulo 2**32.
    """

    start: int
    ticks: int


@dataclass(frozen=True)
class LayerRun:
    """A layer that ran by itself.

    Attributes:
        count: its ticks.
        digest: the CRC-32 of its output, right after it ran.
        size: its output's bytes.
    """

    count: Count
    digest: int
    size: int


@dataclass(frozen=True)
class Marks:
    """The device's memory marks.

    Attributes:
        stack_size: the stack's size in bytes.
        stack_bytes: the most of it that was ever used.
        guard_before, guard_after: whether the bytes right before and after the arena are as they were painted.
    """

    stack_size: int
    stack_bytes: int
    guard_before: bool
    guard_after: bool


def _nothing() -> str:
    return ""


class Client:
    """Asks one device. Every method raises `DeviceError` where it does not answer, refuses, or reports a fault.

    Args:
        stream: the open connection; the client does not close it.
        answer_seconds: how long to wait for an answer that needs no inference.
        explain: returns what else is known when the device falls silent, such as why its emulator ended.
        architecture: of the device's processor, which a report of a fault is read by.
    """

    def __init__(
        self,
        stream: Stream,
        answer_seconds: float | None = None,
        explain: Callable[[], str] = _nothing,
        architecture: Architecture = CORTEX_M,
    ) -> None:
        self._protocol = protocol.load()
        self._stream = stream
        self._answer_seconds = answer_seconds or self._protocol.timeouts["answer"]
        self._explain = explain
        self._architecture = architecture
        self._decoder = frames.Decoder(self._protocol.limits["frame_bytes"])
        self._names = {message.id: name for name, message in self._protocol.messages.items()}
        self._sequence = 0
        self._last_heard = ""
        self._input_sizes: dict[int, int] = {}

    def hello(self) -> Hello:
        """Compare the protocols and return what the device says about itself; every session begins with this."""
        answer = self._ask("hello", protocol_hash=self._protocol.hash)
        if error := _number(answer, "model_error"):
            index, detail = _number(answer, "model_error_index"), _number(answer, "model_error_detail")
            raise DeviceError(refusals.text(error, index, detail), refusals.hint(error))
        return Hello(
            build_id=_number(answer, "build_id"),
            layer_count=_number(answer, "layer_count"),
            input_count=_number(answer, "input_count"),
            output_count=_number(answer, "output_count"),
            arena_bytes=_number(answer, "arena_bytes"),
            clock_hz=_number(answer, "clock_hz"),
            model_sha256=_bytes(answer, "model_sha256"),
            firmware_version=_bytes(answer, "firmware_version").rstrip(b"\0").decode("ascii", "replace"),
        )

    def calibrate(self, iterations: int) -> Count:
        """Count a loop of `iterations` times the limit `calibrate_instructions`; 0 counts an empty function."""
        return _count(self._ask("calibrate", self._protocol.timeouts["inference"], iterations=iterations))

    def input_size(self, index: int) -> int:
        """Return the bytes of an input."""
        if index not in self._input_sizes:
            self._input_sizes[index] = _number(self._ask("set_input", index=index, offset=0, data=b""), "size")
        return self._input_sizes[index]

    def set_input(self, index: int, data: bytes) -> None:
        """Write all bytes of an input. An inference may overwrite it, so that it is set before each.

        Raises:
            ValueError: `data` has not as many bytes as the input.
        """
        if len(data) != (size := self.input_size(index)):
            raise ValueError(f"{len(data)} bytes were given for input {index}, which has {size}")
        step = _most_data(self._protocol.messages["set_input"].request)
        for offset in range(0, size, step):
            self._ask("set_input", index=index, offset=offset, data=data[offset : offset + step])

    def invoke(self, seconds: float | None = None) -> Count:
        """Run an inference on the inputs; `seconds` is the limit of the host's patience (default: two minutes)."""
        return _count(self._ask("invoke", seconds))

    def get_output(self, index: int) -> bytes:
        """Return all bytes of an output of the last inference."""
        return self._read("get_output", index)

    def run_layer(self, index: int, seconds: float | None = None) -> LayerRun:
        """Run one layer by itself. Layers run in order; 0 begins anew, with inputs that were set before it."""
        answer = self._ask("run_layer", seconds, index=index)
        return LayerRun(_count(answer), _number(answer, "digest"), _number(answer, "size"))

    def get_layer_output(self, index: int) -> bytes:
        """Return all bytes of the output of the layer that `run_layer` ran last, which is `index`."""
        return self._read("get_layer_output", index)

    def memory(self) -> Marks:
        """Return the memory marks."""
        answer = self._ask("memory")
        return Marks(
            stack_size=_number(answer, "stack_size"),
            stack_bytes=_number(answer, "stack_bytes"),
            guard_before=bool(answer["guard_before"]),
            guard_after=bool(answer["guard_after"]),
        )

    def reset(self) -> None:
        """Restart the device. It needs a moment, and then a `hello`, which asks until it answers."""
        self._ask("reset")
        self._input_sizes.clear()

    def _read(self, message: str, index: int) -> bytes:
        step = _most_data(self._protocol.messages[message].response)
        data = b""
        while True:
            answer = self._ask(message, index=index, offset=len(data), length=step)
            chunk, size = _bytes(answer, "data"), _number(answer, "size")
            data += chunk
            if len(data) == size:
                return data
            if not chunk or len(data) > size:
                raise DeviceError(f"the device sent {len(data)} bytes for {message} {index}, which has {size}")

    def _ask(
        self, name: str, seconds: float | None = None, /, **fields: protocol.Value
    ) -> dict[str, protocol.Value]:
        """Send a request until its answer comes; return the answer's fields."""
        message = self._protocol.messages[name]
        if message.request is None:
            raise ValueError(f"{name} is not a message that a host sends")
        self._sequence = 0 if name == "hello" else self._sequence % _MAX_SEQUENCE + 1
        header = {"sequence": self._sequence, "message": message.id, "status": 0}
        sent = frames.encode(self._protocol.header.pack(header) + message.request.pack(fields))
        patience = self._protocol.timeouts["inference"] if message.inference else self._answer_seconds
        patience = seconds or patience
        began = time.monotonic()
        wait = self._protocol.timeouts["first_retry"]
        resend_at = began
        while (now := time.monotonic()) < began + patience:
            if now >= resend_at:
                self._send(sent, name)
                resend_at, wait = now + wait, 2 * wait
            for frame in self._receive(min(resend_at, began + patience), name):
                answer = self._answer(frame, message)
                if answer is not None:
                    return answer
        raise self._error(f"the device did not answer {name} within {patience:g} s")

    def _answer(self, frame: bytes, asked: protocol.Message) -> dict[str, protocol.Value] | None:
        """Return the fields of the answer to the last request, or None where `frame` is another one."""
        if len(frame) < self._protocol.header.size:
            return None
        header = self._protocol.header.unpack(frame[: self._protocol.header.size])
        body = frame[self._protocol.header.size :]
        message = _number(header, "message")
        name = self._names.get(message, f"message {message}")
        self._last_heard = "a report of a fault" if name == "fault" else f"its answer to {name}"
        if name == "fault":
            raise self._fault(body)
        if (header["sequence"], message) != (self._sequence, asked.id):
            return None  # the answer to a repetition of an earlier request
        status = _number(header, "status")
        if status != self._protocol.status("ok"):
            raise self._refusal(asked.name, status)
        try:
            return asked.response.unpack(body)
        except ValueError as error:
            raise self._error(f"the device's answer to {name} cannot be read: {error}") from None

    def _refusal(self, name: str, status: int) -> DeviceError:
        if status >= len(self._protocol.statuses):
            return DeviceError(f"the device refused {name} with the status {status}, which is not known")
        hints = {
            "guard_overwritten": "A kernel wrote more than was planned; undo changes of the generated code.",
            "wrong_protocol": "Generate and build the project again with this version of tinyml.",
            "unknown_message": "Generate and build the project again with this version of tinyml.",
        }
        status_name, sentence = self._protocol.statuses[status]
        said = sentence[0].lower() + sentence[1:].rstrip(".")
        return DeviceError(f"the device refused {name}: {said}", hints.get(status_name, ""))

    def _fault(self, body: bytes) -> DeviceError:
        try:
            fault = self._protocol.messages["fault"].response.unpack(body)
        except ValueError as error:
            return DeviceError(f"the device reported a fault that cannot be read: {error}")
        cause, pc, lr = (_number(fault, field) for field in ("cause", "pc", "lr"))
        doing = self._names.get(_number(fault, "message"), "no request")
        layer = _number(fault, "layer")
        where = doing if layer == _NO_LAYER else f"{doing} {layer}"
        return DeviceError(
            f"the processor faulted during {where}: {faults.describe(self._architecture, cause)} "
            f"(cause 0x{cause:08x}, pc 0x{pc:08x}, lr 0x{lr:08x})",
            f"`{self._architecture.tool_prefix}addr2line -fe firmware.elf PC` names the line.",
        )

    def _send(self, data: bytes, name: str) -> None:
        try:
            self._stream.write(data)
        except OSError as error:
            raise self._error(f"the connection broke when {name} was sent ({error})") from error

    def _receive(self, until: float, name: str) -> list[bytes]:
        """Wait for bytes until the given time of the monotonic clock; return the frames that they complete."""
        try:
            ready, _, _ = select.select([self._stream], [], [], max(0.0, until - time.monotonic()))
            return self._decoder.push(self._stream.read(_READ_BYTES)) if ready else []
        except OSError as error:
            raise self._error(f"the connection broke before {name} was answered ({error})") from error

    def _error(self, problem: str) -> DeviceError:
        """Return the error that says `problem` and what was heard last."""
        noise = self._decoder.noise
        shown = noise[:_SHOWN_NOISE_BYTES].hex(" ")
        if self._last_heard:
            heard = f"the last that it sent was {self._last_heard}"
            heard += f", then {len(noise)} bytes that are no frame, beginning {shown}" if noise else ""
        elif noise:
            heard = f"nothing came but noise, the last {len(noise)} bytes of it beginning {shown}"
        else:
            heard = "nothing was ever heard"
        explained = self._explain()
        hint = "" if self._last_heard else "The program must call tm_device_serve(), as the generated main.c does."
        return DeviceError(f"{problem}; {heard}" + (f"; {explained}" if explained else ""), hint)


def _most_data(body: protocol.Body | None) -> int:
    """Return the most bytes that one frame with this body carries besides its fixed fields."""
    assert body, "the message has this body"
    assert body.rest, "the body has a field of type bytes"
    return body.rest.count or 0


def _number(fields: dict[str, protocol.Value], name: str) -> int:
    value = fields[name]
    assert isinstance(value, int), f"{name} is defined as an array"
    return value


def _bytes(fields: dict[str, protocol.Value], name: str) -> bytes:
    value = fields[name]
    assert isinstance(value, bytes), f"{name} is defined as a number"
    return value


def _count(fields: dict[str, protocol.Value]) -> Count:
    return Count(_number(fields, "start"), _number(fields, "ticks"))

"""The host's half of the protocol: asks a device, repeats what is not answered, and gives up in bounded time."""

import random
import select
import struct
import time
from collections.abc import Callable, Container, Sequence
from functools import partial
from typing import Protocol, TypeVar

from tinyml import frames, protocol
from tinyml.architecture import CORTEX_M, Architecture
from tinyml.errors import DeviceError, SessionLostError
from tinyml.link import refusals
from tinyml.link.answers import Count, Fed, Hello, LayerRun, Marks, Slots
from tinyml.link.crash import Crash, Nowhere, Places

_SEQUENCES = 1 << 16
_WORDS = 1 << 32
_INFERENCE_MARGIN = 2  # times the longest inference yet is waited for an answer before it is asked for again
_READ_BYTES = 4096
_SHOWN_NOISE_BYTES = 16
_PROOF = b"\xa5"  # a byte with edges and without

Result = TypeVar("Result")


class Stream(Protocol):
    """A serial connection as pyserial opens it with `timeout=0`: a read answers with what is there."""

    def fileno(self) -> int:
        """Return the descriptor to wait for bytes with."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes that have come; never wait."""

    def write(self, data: bytes, /) -> int | None:
        """Send all of `data`, in bounded time."""


class RefusedError(DeviceError):
    """A device that refused a request; `status` is the name of its reason."""

    status = ""


def _nothing() -> str:
    return ""


class Client:
    """Asks one device. Every method raises `DeviceError` where it does not answer, refuses, or reports a fault.

    Args:
        stream: the open connection; the client does not close it.
        answer_seconds: how long to wait for an answer that needs no inference.
        explain: returns what else is known when the device falls silent, such as why its emulator ended.
        architecture: of the device's processor, which a report of a fault is read by.
        reconnect: opens the connection again after it broke, or raises DeviceError; None where that cannot be.
        places: of the image that runs, by which a report of a fault tells lines.

    Attributes:
        layers: the names of the model's layers, where someone knows them, for reports of faults.
    """

    def __init__(
        self,
        stream: Stream,
        answer_seconds: float | None = None,
        explain: Callable[[], str] = _nothing,
        architecture: Architecture = CORTEX_M,
        reconnect: Callable[[], None] | None = None,
        places: Places | None = None,
    ) -> None:
        self.layers: Sequence[str] = ()
        self._protocol = protocol.load()
        self._stream = stream
        self._answer_seconds = answer_seconds or self._protocol.timeouts["answer"]
        self._explain = explain
        self._architecture = architecture
        self._reconnect = reconnect
        self._places = places or Nowhere()
        self._recovering = False  # from a fault whose report has come
        self._decoder = frames.Decoder(self._protocol.limits["frame_bytes"])
        self._names = {message.id: name for name, message in self._protocol.messages.items()}
        # At random, so that nothing from a session before ours has a number that we are going to use.
        self._sequence = random.SystemRandom().randrange(_SEQUENCES)
        self._last_heard = ""
        self._input_sizes: dict[int, int] = {}
        self._inference_seconds = 0.0  # the longest that one took
        self._greeted: Hello | None = None
        self._watch_ms = 0  # which a restart makes the device forget

    def hello(self, seconds: float | None = None) -> Hello:
        """Compare the protocols and return what the device says about itself; every session begins with this.

        Args:
            seconds: how long to wait for the answer. In the first session the default is that of any answer, and
                later that of an inference: the device may be at one that was asked for before.
        """
        self._input_sizes.clear()
        default = self._answer_seconds if self._greeted is None else self._protocol.timeouts["inference"]
        self._greeted = self._hello(seconds or default)
        if self._watch_ms:
            self._accepted("watch", milliseconds=self._watch_ms)
        return self._greeted

    def persevere(self, work: Callable[[], Result]) -> Result:
        """Return the result of `work`, which is begun anew where the session was lost in it.

        Args:
            work: sets all that it relies on: after a restart the device has forgotten its inputs.

        Raises:
            DeviceError: as `work` does, the device runs another firmware than before, or the session was lost
                more often than the limit `resumptions`.
        """
        attempt = work
        for _ in range(self._protocol.limits["resumptions"]):
            try:
                return attempt()
            except SessionLostError:
                attempt = partial(self._work_again, work)
        return attempt()

    def _work_again(self, work: Callable[[], Result]) -> Result:
        """Return the result of `work` in a session begun anew, which may be lost too."""
        self.resume()
        return work()

    def resume(self) -> None:
        """Begin a session again after one was lost.

        Raises:
            DeviceError: the device does not answer, runs another firmware than before, or had crashed.
        """
        before, now = self._greeted, self.hello()
        if before and (before.build_id, before.model_sha256) != (now.build_id, now.model_sha256):
            raise DeviceError(
                f"the device ran the firmware {before.build_id:08x}, and {now.build_id:08x} after a restart",
                "Keep the board as it is while it is asked, and start again.",
            )
        if now.crashed and (crash := self.crash()):
            raise crash

    def crash(self) -> DeviceError | None:
        """Return the error that tells of the last crash, where hello said that there was one; it is forgotten."""
        body = _bytes(self._ask("crash"), "report")
        return self._crash_error(Crash.read(body), "It has started again.") if body else None

    def _hello(self, patience: float) -> Hello:
        answer = self._ask("hello", patience, protocol_hash=self._protocol.hash)
        if answer["protocol_hash"] != self._protocol.hash:
            raise self._refusal("hello", self._protocol.status("wrong_protocol"))
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
            crashed=bool(answer["crashed"]),
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
            DeviceError: `data` has not as many bytes as the device says that the input has.
        """
        if len(data) != (size := self.input_size(index)):
            raise DeviceError(
                f"{len(data)} bytes were given for input {index}, which has {size} on the device",
                "Build the project and write it into the board with `tinyml flash DIR`.",
            )
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

    def trace_layer(self, index: int, first: int = 0, seconds: float | None = None) -> tuple[int, tuple[int, ...]]:
        """Run one layer in which operators take turns, and digest the rows that each of them writes.

        Layers run in order, traced or by `run_layer`.

        Returns:
            How many operators take turns, and of some of them, from `first` on, the CRC-32 of their rows.
        """
        answer = self._ask("trace_layer", seconds, index=index, first=first)
        data, count = _bytes(answer, "data"), _number(answer, "parts")
        return count, struct.unpack(f"<{len(data) // 4}I", data[: len(data) & ~3])

    def get_layer_output(self, index: int) -> bytes:
        """Return all bytes of the output of the layer that `run_layer` ran last, which is `index`."""
        return self._read("get_layer_output", index)

    def watch(self, milliseconds: int) -> bool:
        """Have the device report a run that takes longer as a fault (0: none); return whether it can.

        It holds for later sessions of this client too.
        """
        can = milliseconds < _WORDS and self._accepted("watch", milliseconds=milliseconds)
        self._watch_ms = milliseconds if can else 0
        return can

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

    def slots(self) -> Slots:
        """Return what the device says of its slots for models."""
        answer = self._ask("slots")
        return Slots(*(_number(answer, name) for name in ("model_bytes", "arena_bytes", "sequence")))

    def write_slot(self, data: bytes, sha256: bytes, progress: Callable[[int], None] = lambda done: None) -> None:
        """Write a model with this hash into the slot that is not in use; `progress` hears of the bytes written."""
        self._ask("slot_begin", length=len(data), sha256=sha256)
        step = _most_data(self._protocol.messages["slot_write"].request) & ~3
        for at in range(0, len(data), step):
            self._ask("slot_write", missing=len(data) - at, data=data[at : at + step])
            progress(min(at + step, len(data)))

    def try_slot(self) -> None:
        """Load the written model on trial; a hello or a restart brings back the one before it."""
        self._input_sizes.clear()
        answer = self._ask("slot_try")
        if error := _number(answer, "model_error"):
            index, detail = _number(answer, "model_error_index"), _number(answer, "model_error_detail")
            raise DeviceError(refusals.text(error, index, detail, "the new model"), refusals.hint(error))

    def keep_slot(self) -> int:
        """Keep the model on trial; return the number of the swap."""
        return _number(self._ask("slot_keep"), "sequence")

    def stream(self, hertz: int) -> int:
        """Begin a stream of samples whose line is served so many times a second.

        Returns:
            How many bytes may be on their way to the device; 0 where it takes one feed after the other.
        """
        return _number(self._ask("stream", hertz=hertz), "queue_bytes")

    @property
    def feed_bytes(self) -> int:
        """The most bytes of inputs that one feed takes."""
        return _most_data(self._protocol.messages["feed"].request)

    def feed(self, data: bytes) -> tuple[int, bytes]:
        """Send the next bytes of a stream's inputs; return their sequence number, and what was sent."""
        sent = self._encoded(self._protocol.messages["feed"], data=data)
        self.send(sent, "feed")
        return self._sequence, sent

    def fed(self, until: float, sequences: Container[int]) -> list[Fed]:
        """Wait for answers to feeds until the given time of the monotonic clock.

        Args:
            until: the time.
            sequences: the feeds that are unanswered; answers to others are late copies and left out.
        """
        feed = self._protocol.messages["feed"]
        ok, more = self._protocol.status("ok"), self._protocol.status("more")
        found = []
        for frame in self._receive(until, "feed"):
            header, body = self._heard(frame)
            status = header.get("status", ok)
            if header.get("message") != feed.id or status == self._protocol.status("request"):
                continue  # what is left of something earlier
            if (sequence := _number(header, "sequence")) not in sequences:
                continue
            if status not in (ok, more):
                raise self._refusal("feed", _number(header, "status"))
            try:
                answer = feed.response.unpack(body)
            except ValueError as error:
                raise self._error(f"the device's answer to feed cannot be read: {error}") from None
            found.append(Fed(sequence, status == ok, _number(answer, "position"), _bytes(answer, "data")))
        return found

    def silent(self, seconds: float) -> DeviceError:
        """Return the error of a stream whose device has not answered for so long."""
        return self._error(f"the device did not answer feed within {seconds:g} s")

    def set_baud(self, baud: int) -> bool:
        """Have the device go on at another rate (0: its own); return whether it does.

        It answers at the old one.
        """
        return self._accepted("set_baud", baud=baud)

    def _accepted(self, name: str, **fields: protocol.Value) -> bool:
        """Return whether the device carries the request out: it may refuse what is out of its range."""
        try:
            self._ask(name, **fields)
        except RefusedError as error:
            if error.status == "bad_range":
                return False
            raise
        return True

    def prove(self, seconds: float) -> None:
        """Begin a session and send the longest frame, each answered within so many seconds.

        Raises:
            DeviceError: it is not.
        """
        self.hello(seconds)
        if size := _number(self._ask("set_input", seconds, index=0, offset=0, data=b""), "size"):
            most = _most_data(self._protocol.messages["set_input"].request)
            self._ask("set_input", seconds, index=0, offset=0, data=_PROOF * min(size, most))

    def _read(self, message: str, index: int) -> bytes:
        step = _most_data(self._protocol.messages[message].response)
        data, size = b"", 1
        while len(data) < size:
            answer = self._ask(message, index=index, offset=len(data), length=step)
            chunk, said = _bytes(answer, "data"), _number(answer, "size")
            size = said if not data else size
            # Every piece but the last is full: a device that sends less would be asked without end.
            due, most = min(step, max(size - len(data), 0)), self._protocol.limits["output_bytes"]
            if said != size or len(chunk) != due or size > most:
                raise DeviceError(
                    f"the device sent {len(chunk)} bytes from byte {len(data)} of {message} {index} on, "
                    f"which by its word has {said}; {due} were due, and at most {most} are read",
                    "Generate and build the project again with this version of tinyml.",
                )
            data += chunk
        return data

    def _ask(
        self, name: str, seconds: float | None = None, /, **fields: protocol.Value
    ) -> dict[str, protocol.Value]:
        """Send a request until its answer comes; return the answer's fields."""
        message = self._protocol.messages[name]
        sent = self._encoded(message, **fields)
        patience = self._protocol.timeouts["inference"] if message.inference else self._answer_seconds
        patience = seconds or patience
        began = time.monotonic()
        wait, longest = self._retries(message)
        resend_at = began
        while (now := time.monotonic()) < began + patience:
            if now >= resend_at:
                self.send(sent, name)
                sent_at = now
                resend_at, wait = now + wait, min(2 * wait, longest)
            for frame in self._receive(min(resend_at, began + patience), name):
                answer = self._answer(frame, message)
                if answer is not None:
                    if message.inference:
                        self._inference_seconds = max(self._inference_seconds, time.monotonic() - sent_at)
                    return answer
        raise self._error(f"the device did not answer {name} within {patience:g} s")

    def _encoded(self, message: protocol.Message, **fields: protocol.Value) -> bytes:
        """Return the bytes that send a request, with the next sequence number."""
        if message.request is None:
            raise ValueError(f"{message.name} is not a message that a host sends")
        self._sequence = (self._sequence + 1) % _SEQUENCES
        header = {
            "sequence": self._sequence,
            "message": message.id,
            "status": self._protocol.status("request"),
        }
        return frames.encode(self._protocol.header.pack(header) + message.request.pack(fields))

    def _retries(self, message: protocol.Message) -> tuple[float, float]:
        """Return after how many seconds a request is sent again, and to how many that doubles.

        While a device computes it does not hear, and what is sent to it then may be lost in pieces: an inference
        is asked for again only when its answer is long overdue.
        """
        first = self._protocol.timeouts["first_retry"]
        if message.inference:
            longest = self._protocol.timeouts["inference"]
            return first + _INFERENCE_MARGIN * self._inference_seconds, longest
        return first, max(first, self._protocol.timeouts["longest_retry"])

    def _answer(self, frame: bytes, asked: protocol.Message) -> dict[str, protocol.Value] | None:
        """Return the fields of the answer to the last request, or None where `frame` is another one."""
        header, body = self._heard(frame)
        if not header:
            return None
        message = header["message"]
        status = _number(header, "status")
        if (header["sequence"], message) != (self._sequence, asked.id) or status == self._protocol.status(
            "request"
        ):
            return None  # the answer to a repetition of an earlier request, or an echo of ours
        if status != self._protocol.status("ok"):
            raise self._refusal(asked.name, status)
        try:
            return asked.response.unpack(body)
        except ValueError as error:
            raise self._error(f"the device's answer to {asked.name} cannot be read: {error}") from None

    def _heard(self, frame: bytes) -> tuple[dict[str, protocol.Value], bytes]:
        """Return header and body of a frame; no header where it has none. A report of a fault is raised."""
        size = self._protocol.header.size
        if len(frame) < size:
            return {}, b""
        header, body = self._protocol.header.unpack(frame[:size]), frame[size:]
        message = _number(header, "message")
        name = self._names.get(message, f"message {message}")
        self._last_heard = "a report of a fault" if name == "fault" else f"its answer to {name}"
        if name == "fault":
            if self._recovering:
                return {}, b""
            raise self._fault(body)
        return header, body

    def _refusal(self, name: str, status: int) -> DeviceError:
        if status >= len(self._protocol.statuses):
            return DeviceError(f"the device refused {name} with the status {status}, which is not known")
        hints = {
            "guard_overwritten": "A kernel wrote more than was planned; undo changes of the generated code.",
            "wrong_protocol": "Generate and build the project again with this version of tinyml.",
            "unknown_message": "Generate and build the project again with this version of tinyml.",
            "bad_slot": "Start again; if it comes again, its memory cannot be written, as QEMU's flash.",
            "no_session": "Start again; if it comes again, look after the board's supply and other programs.",
        }
        status_name, sentence = self._protocol.statuses[status]
        said = sentence[0].lower() + sentence[1:].rstrip(".")
        if status_name == "no_session":
            return SessionLostError(f"the device refused {name}: {said}", hints[status_name])
        refused = RefusedError(f"the device refused {name}: {said}", hints.get(status_name, ""))
        refused.status = status_name
        return refused

    def _fault(self, body: bytes) -> DeviceError:
        """Return the error of a report that came unasked, once it is known whether the device has come back up."""
        crash = Crash.read(body)
        self._recovering = True
        try:
            if self.hello(self._protocol.timeouts["restart"]).crashed:
                self._ask("crash")  # what has been read here is not to be told to the next who asks
            outcome = "It has started again."
        except DeviceError:
            outcome = "It does not answer since: reset the board."
        finally:
            self._recovering = False
        return self._crash_error(crash, outcome)

    def _crash_error(self, crash: Crash, outcome: str) -> DeviceError:
        doing = self._names.get(crash.message, "no request")
        text = crash.sentence(self._architecture, doing, self.layers, self._places)
        return DeviceError(text, f"{outcome}\n{crash.details(self._architecture)}")

    def send(self, data: bytes, name: str) -> None:
        """Send the bytes of a request, which may be one that was sent before."""
        try:
            self._stream.write(data)
        except OSError as error:
            raise self._broken(f"the connection broke when {name} was sent ({error})") from error

    def _receive(self, until: float, name: str) -> list[bytes]:
        """Wait for bytes until the given time of the monotonic clock; return the frames that they complete."""
        try:
            ready, _, _ = select.select([self._stream], [], [], max(0.0, until - time.monotonic()))
            return self._decoder.push(self._stream.read(_READ_BYTES)) if ready else []
        except OSError as error:
            raise self._broken(f"the connection broke before {name} was answered ({error})") from error

    def _broken(self, problem: str) -> DeviceError:
        """Return the error that ends a request whose connection broke; it is open again where it can be."""
        if self._reconnect is None:
            return self._error(problem)
        self._reconnect()
        self._decoder = frames.Decoder(self._protocol.limits["frame_bytes"])
        return SessionLostError(f"{problem}; it is open again", "Start again.")

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
    stack = fields.get("stack_bytes", 0)
    assert isinstance(stack, int), "it is defined as a number"
    return Count(_number(fields, "start"), _number(fields, "ticks"), stack)

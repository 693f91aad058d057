import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.runtime import host_device
from tests.runtime.host_device import HostDevice, expected_output
from tinyml import frames, protocol
from tinyml.errors import DeviceError, SessionLostError
from tinyml.link import Client
from tinyml.link.answers import Marks
from tinyml.link.client import Stream

DATA = bytes(i * 7 & 0xFF for i in range(host_device.INPUT_BYTES))
SECOND = bytes([0, 5, 0, 0])
NEGATED = bytes(~value & 0xFF for value in DATA)
SUMS = bytes((value + 5) & 0xFF for value in NEGATED)
LAYERS = [NEGATED, SUMS, SUMS[: host_device.OUTPUT_BYTES]]


class Interfering:
    """A line that damages what is sent or received.

    Attributes:
        attempts: how many requests were sent, with the lost ones.
    """

    def __init__(
        self,
        stream: Stream,
        sent: Callable[[bytes], bytes] = lambda data: data,
        received: Callable[[bytes], bytes] = lambda data: data,
    ) -> None:
        self._stream, self._sent, self._received = stream, sent, received
        self.attempts = 0

    def fileno(self) -> int:
        return self._stream.fileno()

    def read(self, size: int) -> bytes:
        return self._received(self._stream.read(size))

    def write(self, data: bytes) -> int | None:
        self.attempts += 1
        left = self._sent(data)
        return self._stream.write(left) if left else 0


@pytest.fixture
def client(device: HostDevice) -> Client:
    client = Client(device.stream)
    client.hello()
    return client


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeats requests soon, so that a test of it does not take long."""
    monkeypatch.setitem(protocol.load().timeouts, "first_retry", 0.05)


def set_inputs(client: Client, second: bytes = SECOND) -> None:
    client.set_input(0, DATA)
    client.set_input(1, second)


def test_hello_describes_the_device(client: Client) -> None:
    hello = client.hello()
    assert (hello.layer_count, hello.input_count, hello.output_count) == (3, 2, 1)
    assert hello.arena_bytes == host_device.ARENA_BYTES
    assert hello.model_sha256 == bytes([1, 2, 3, *[0] * 28, 32])
    assert (hello.build_id, hello.firmware_version) == (host_device.BUILD_ID, host_device.VERSION)


def test_an_inference(client: Client) -> None:
    for _ in range(2):
        set_inputs(client)
        assert client.invoke().ticks == 1  # the host's clock goes on when it is read
        assert client.get_output(0) == expected_output(DATA, SECOND)


def test_layers_run_one_by_one(client: Client) -> None:
    client.hello()
    set_inputs(client)
    for index, expected in enumerate(LAYERS):
        run = client.run_layer(index)
        assert (run.digest, run.size, run.count.ticks) == (zlib.crc32(expected), len(expected), 1)
        assert client.get_layer_output(index) == expected


def test_the_operators_of_a_layer_tell_what_they_wrote(client: Client) -> None:
    client.hello()
    set_inputs(client)
    client.run_layer(0)
    assert client.trace_layer(1) == (0, ())
    count, digests = client.trace_layer(2, host_device.TRACED_PARTS - 2)
    assert (count, digests) == (host_device.TRACED_PARTS, (0, zlib.crc32(LAYERS[2])))
    assert client.get_layer_output(2) == LAYERS[2]


def test_calibration_counts(client: Client) -> None:
    assert client.calibrate(0).ticks == client.calibrate(100).ticks == 1


def test_memory_marks(client: Client) -> None:
    marks = client.memory()
    assert (marks.stack_size, marks.stack_bytes) == (host_device.STACK_SIZE, host_device.STACK_BYTES)
    assert marks.guard_before
    assert marks.guard_after


@pytest.mark.parametrize("mode", [host_device.BREAK_GUARD_BEFORE, host_device.BREAK_GUARD_AFTER])
def test_a_write_outside_the_arena_is_reported(client: Client, mode: int) -> None:
    client.hello()
    set_inputs(client, bytes([mode, 0, 0, 0]))
    with pytest.raises(DeviceError, match="refused invoke: the model wrote outside its arena"):
        client.invoke()
    marks = client.memory()
    assert marks.guard_before == (mode != host_device.BREAK_GUARD_BEFORE)
    assert marks.guard_after == (mode != host_device.BREAK_GUARD_AFTER)


FAULT = bytes([host_device.FAULT, 0, 0, 0])
REPORT = "the processor faulted during {} in layer 1: stack overflow 0x00009abc"


@pytest.fixture
def restarting(program: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HostDevice]:
    """A device that comes back up after a reset."""
    monkeypatch.setenv("TINYML_RESTARTS", "1")
    with HostDevice(program) as device:
        yield device


def test_a_fault_is_reported_with_the_layer_and_the_device_comes_back_up(restarting: HostDevice) -> None:
    client = Client(restarting.stream)
    client.layers = ["first", "second"]
    client.hello()
    set_inputs(client, FAULT)
    client.run_layer(0)
    with pytest.raises(DeviceError) as caught:
        client.run_layer(1)
    assert str(caught.value) == REPORT.format("run_layer").replace("layer 1", "layer 1 (second)")
    assert caught.value.hint.startswith("It has started again.\ncause 00001000\nr0 00000000  r1 ")
    assert "pc 00001234" in caught.value.hint
    set_inputs(client)  # there is a session
    client.invoke()
    assert client.get_output(0) == expected_output(DATA, SECOND)
    assert not client.hello().crashed


def test_a_device_that_does_not_come_back_up_is_reported_too(client: Client) -> None:
    set_inputs(client, FAULT)
    with pytest.raises(DeviceError) as caught:
        client.invoke()
    assert str(caught.value) == REPORT.format("invoke")
    assert caught.value.hint.startswith("It does not answer since: reset the board.\ncause ")


@pytest.mark.usefixtures("hasty")
def test_a_report_that_was_lost_is_fetched_after_the_restart(restarting: HostDevice) -> None:
    deaf_until = 0

    def received(data: bytes) -> bytes:
        return data if line.attempts >= deaf_until else b""

    line = Interfering(restarting.stream, received=received)
    client = Client(line)
    client.hello()

    def work() -> None:
        nonlocal deaf_until
        set_inputs(client, FAULT)
        deaf_until = line.attempts + 2
        client.invoke()

    with pytest.raises(DeviceError, match=REPORT.format("invoke")):
        client.persevere(work)
    assert client.crash() is None


def test_a_crash_of_which_nobody_heard_is_kept_for_the_next_session(restarting: HostDevice) -> None:
    deaf = False
    client = Client(Interfering(restarting.stream, received=lambda data: b"" if deaf else data))
    client.hello()
    set_inputs(client, FAULT)
    deaf = True
    with pytest.raises(DeviceError, match=r"did not answer invoke within 0\.15 s"):
        client.invoke(seconds=0.15)
    client = Client(restarting.stream)
    assert client.hello().crashed
    assert REPORT.format("invoke") in str(client.crash())
    assert not client.hello().crashed
    assert client.crash() is None


def test_an_input_of_a_wrong_size_is_not_sent(client: Client) -> None:
    with pytest.raises(DeviceError, match="3 bytes were given for input 1, which has 4 on the device"):
        client.set_input(1, b"abc")


def test_reset_restarts_the_device(device: HostDevice, client: Client) -> None:
    client.reset()
    assert device.process.wait(5) == host_device.RESET_EXIT_CODE


LOSSES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "request": ("sent", lambda data: b""),
    "half of the request": ("sent", lambda data: data[: len(data) // 2]),
    "answer": ("received", lambda data: b""),
    "bits of the answer": ("received", lambda data: bytes(value ^ 4 for value in data)),
}


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_frame_is_sent_again_and_executed_once(device: HostDevice, loss: str) -> None:
    client = Client(device.stream)
    client.hello()
    set_inputs(client)
    direction, damage = LOSSES[loss]

    def every_other(data: bytes) -> bytes:
        return damage(data) if line.attempts % 2 else data

    line = Interfering(device.stream, **{direction: every_other})
    client = Client(line)
    client.hello()
    client.invoke()
    assert line.attempts >= 4
    # Executed twice, the model would have read what it had left in the place of its input.
    assert client.get_output(0) == expected_output(DATA, SECOND)


@pytest.mark.usefixtures("hasty")
def test_a_silent_device_is_given_up_in_bounded_time(device: HostDevice) -> None:
    client = Client(Interfering(device.stream, sent=lambda data: b""), answer_seconds=0.4)
    began = time.monotonic()
    with pytest.raises(DeviceError, match=r"did not answer hello within 0.4 s; nothing was ever heard$"):
        client.hello()
    assert time.monotonic() - began < 5


def test_an_inference_has_its_own_limit(device: HostDevice) -> None:
    client = Client(Interfering(device.stream, sent=lambda data: b""))
    with pytest.raises(DeviceError, match=r"did not answer invoke within 0\.3 s"):
        client.invoke(seconds=0.3)


def test_the_error_says_what_was_heard(device: HostDevice) -> None:
    noise = bytes([0x55]) * 37
    line = Interfering(device.stream, received=lambda data: noise[: len(data)])
    with pytest.raises(DeviceError, match=r"nothing came but noise, the last \d+ bytes of it beginning 55 55 55"):
        Client(line, answer_seconds=0.3).hello()

    mute = False
    line = Interfering(device.stream, sent=lambda data: b"" if mute else data)
    client = Client(line, answer_seconds=1, explain=lambda: "its emulator has ended")
    client.hello()
    client.memory()
    mute = True
    with pytest.raises(
        DeviceError, match="the last that it sent was its answer to memory; its emulator has ended"
    ):
        client.memory()


def test_a_broken_connection_is_reported_at_once(device: HostDevice, client: Client) -> None:
    client.hello()
    device.process.kill()
    device.process.wait(5)
    began = time.monotonic()
    with pytest.raises(
        DeviceError, match=r"the connection broke .*; the last that it sent was its answer to hello"
    ):
        client.invoke()
    assert time.monotonic() - began < 5


def test_another_protocol_is_refused(device: HostDevice) -> None:
    p = protocol.load()
    ours = p.hash.to_bytes(4, "little")

    def other(data: bytes) -> bytes:
        [frame] = frames.Decoder(p.limits["frame_bytes"]).push(data)
        return frames.encode(frame.replace(ours, b"\1\2\3\4"))

    with pytest.raises(DeviceError, match="built from different definitions") as caught:
        Client(Interfering(device.stream, sent=other)).hello()
    assert "Generate and build the project again" in caught.value.hint


def test_a_new_session_is_not_answered_from_the_last_ones_memory(program: Path) -> None:
    with HostDevice(program) as device:
        for second in (SECOND, bytes([0, 9, 0, 0])):
            client = Client(device.stream)
            client.hello()
            set_inputs(client, second)
            client.invoke()
            assert client.get_output(0) == expected_output(DATA, second)


def test_a_session_lost_while_one_is_begun_anew_is_one_more_loss(
    device: HostDevice, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.hello()
    resume, resumed, works = client.resume, [], []

    def lost_at_first() -> None:
        resumed.append(True)
        if len(resumed) == 1:
            raise SessionLostError("lost", "")
        resume()

    def work() -> Marks:
        works.append(True)
        if len(works) == 1:
            raise SessionLostError("lost", "")
        return client.memory()

    monkeypatch.setattr(client, "resume", lost_at_first)
    assert client.persevere(work).guard_before
    assert (len(resumed), len(works)) == (2, 2)

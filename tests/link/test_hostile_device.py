"""A device that does everything wrong: the host never hangs, fails with one error, and believes nothing false."""

import random
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.runtime.host_device import SocketStream
from tinyml import frames, protocol
from tinyml.errors import DeviceError
from tinyml.link import Client, throughput

P = protocol.load()
FRAME_BYTES = P.limits["frame_bytes"]
NAMES = {m.id: name for name, m in P.messages.items()}
HELLO = {f.name: bytes(f.count) if f.count else 0 for f in P.messages["hello"].response.fields}
HELLO |= {"protocol_hash": P.hash, "input_count": 1, "output_count": 1, "layer_count": 1}
PATIENCE = 0.4

Answer = Callable[[int, str], bytes]


def frame(sequence: int, name: str, body: bytes, status: str | int = "ok") -> bytes:
    code = status if isinstance(status, int) else P.status(status)
    header = {"sequence": sequence & 0xFFFF, "message": P.messages[name].id, "status": code}
    return frames.encode(P.header.pack(header) + body)


def ordinary(sequence: int, name: str) -> bytes:
    """Return the answer of a device whose only input and output have 4 bytes."""
    values: dict[str, protocol.Value] = {
        f.name: bytes(4) if f.is_rest else 4 for f in P.messages[name].response.fields
    }
    return frame(sequence, name, P.messages[name].response.pack(HELLO if name == "hello" else values))


class Device:
    """A device that answers every request with what `answer` returns, and talks unasked with `chatter`."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        self._ours.settimeout(1)
        self.stream = SocketStream(theirs)
        self._theirs = theirs
        self.answer: Answer = ordinary
        self.chatter: Callable[[], bytes] = lambda: b""
        self._ended = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        decoder = frames.Decoder(FRAME_BYTES)
        while not self._ended:
            try:
                if said := self.chatter():
                    self._ours.sendall(said)
                if not select.select([self._ours], [], [], 0 if said else 0.02)[0]:
                    continue
                for asked in decoder.push(self._ours.recv(4096)):
                    header = P.header.unpack(asked[:4])
                    sequence, message = header["sequence"], header["message"]
                    assert isinstance(sequence, int)
                    assert isinstance(message, int)
                    self._ours.sendall(self.answer(sequence, NAMES[message]))
            except OSError:
                continue

    def close(self) -> None:
        self._ended = True
        self._thread.join(5)
        self._ours.close()
        self._theirs.close()


@pytest.fixture
def device() -> Iterator[Device]:
    device = Device()
    yield device
    device.close()


@pytest.fixture
def client(device: Device) -> Client:
    client = Client(device.stream, answer_seconds=PATIENCE)
    client.hello()
    return client


def work(client: Client) -> None:
    client.set_input(0, b"abcd")
    client.invoke(seconds=PATIENCE)
    client.get_output(0)
    client.run_layer(0, seconds=PATIENCE)
    client.get_layer_output(0)
    client.memory()


def assert_one_error(client: Client, problem: str) -> None:
    began = time.monotonic()
    with pytest.raises(DeviceError, match=problem):
        work(client)
    assert time.monotonic() - began < 2 * PATIENCE + 3


def test_the_ordinary_device_is_believed(client: Client) -> None:
    work(client)


@pytest.mark.parametrize("change", [-1, 1, 200])
@pytest.mark.parametrize("name", ["set_input", "invoke", "run_layer", "memory"])
def test_a_body_of_a_wrong_length(device: Device, client: Client, name: str, change: int) -> None:
    def answer(sequence: int, asked: str) -> bytes:
        if asked != name:
            return ordinary(sequence, asked)
        size = P.messages[name].response.size
        return frame(sequence, name, bytes(size + change))

    device.answer = answer
    assert_one_error(client, f"answer to {name} cannot be read: a body of")


@pytest.mark.parametrize("off", [-1, 1, 0x8000])
def test_other_sequence_numbers_are_no_answers(device: Device, client: Client, off: int) -> None:
    device.answer = lambda sequence, name: ordinary(sequence + off, name)
    assert_one_error(client, r"did not answer set_input within 0\.4 s; the last .* was its answer to set_input")


def test_the_answer_to_another_message_is_none(device: Device, client: Client) -> None:
    device.answer = lambda sequence, name: ordinary(sequence, "memory")
    assert_one_error(client, r"did not answer set_input within 0\.4 s; .* was its answer to memory")


def test_an_echo_is_no_answer(device: Device, client: Client) -> None:
    device.answer = lambda sequence, name: frame(sequence, name, bytes(4), "request")
    assert_one_error(client, r"did not answer set_input within 0\.4 s")


def test_a_status_that_is_not_known(device: Device, client: Client) -> None:
    device.answer = lambda sequence, name: frame(sequence, name, b"", 200)
    assert_one_error(client, "refused set_input with the status 200, which is not known")


@pytest.mark.parametrize(
    "chatter",
    [
        lambda: random.randbytes(3000),
        lambda: bytes(3000),
        lambda: b"\xff" * 3000,
        lambda: b"".join(frame(i, "memory", bytes(16)) for i in range(50)),
    ],
    ids=["random", "zeros", "ones", "frames"],
)
def test_noise_without_end(device: Device, client: Client, chatter: Callable[[], bytes]) -> None:
    device.answer = lambda sequence, name: b""
    device.chatter = chatter
    assert_one_error(client, r"did not answer set_input within 0\.4 s")


def test_another_protocol(device: Device) -> None:
    device.answer = lambda sequence, name: frame(sequence, name, b"", "wrong_protocol")
    with pytest.raises(DeviceError, match="built from different definitions"):
        Client(device.stream, answer_seconds=PATIENCE).hello()


def test_a_device_that_says_yes_to_everything_is_held_against_its_hash(device: Device) -> None:
    told = P.messages["hello"].response.pack(HELLO | {"protocol_hash": P.hash ^ 1})
    device.answer = lambda sequence, name: frame(sequence, name, told)
    with pytest.raises(DeviceError, match="different definitions of the protocol") as caught:
        Client(device.stream, answer_seconds=PATIENCE).hello()
    assert "Generate and build" in caught.value.hint


@pytest.mark.parametrize(
    ("size", "data", "problem"),
    [
        (1 << 31, b"a" * 468, "at most 16777216 are read"),
        (1000, b"", "sent 0 bytes from byte 0 of get_output 0"),
        (1000, b"a", "468 were due"),
        (4, b"abcdefgh", "4 were due"),
        (0, b"abcd", "0 were due"),
    ],
)
def test_an_output_of_an_impossible_size(
    device: Device, client: Client, size: int, data: bytes, problem: str
) -> None:
    def answer(sequence: int, name: str) -> bytes:
        if name != "get_output":
            return ordinary(sequence, name)
        return frame(sequence, name, P.messages[name].response.pack({"size": size, "data": data}))

    device.answer = answer
    assert_one_error(client, problem)


def test_an_output_that_grows_while_it_is_read(device: Device, client: Client) -> None:
    sizes = iter(range(10_000, 1_000_000))

    def answer(sequence: int, name: str) -> bytes:
        if name != "get_output":
            return ordinary(sequence, name)
        return frame(sequence, name, P.messages[name].response.pack({"size": next(sizes), "data": b"a" * 468}))

    device.answer = answer
    assert_one_error(client, "which by its word has 10001")


def test_an_input_of_another_size(device: Device, client: Client) -> None:
    def answer(sequence: int, name: str) -> bytes:
        return frame(sequence, name, (7).to_bytes(4, "little"))

    device.answer = answer
    assert_one_error(client, "4 bytes were given for input 0, which has 7 on the device")


def test_a_device_that_has_forgotten_everything_each_time(device: Device, client: Client) -> None:
    def answer(sequence: int, name: str) -> bytes:
        return ordinary(sequence, name) if name == "hello" else frame(sequence, name, b"", "no_session")

    device.answer = answer
    began = time.monotonic()
    with pytest.raises(DeviceError, match="the device was restarted, or another host asks it"):
        client.persevere(lambda: work(client))
    assert time.monotonic() - began < 5


def test_a_device_that_becomes_another_one(device: Device, client: Client) -> None:
    other = P.messages["hello"].response.pack(HELLO | {"build_id": 5})

    def answer(sequence: int, name: str) -> bytes:
        return frame(sequence, name, other) if name == "hello" else frame(sequence, name, b"", "no_session")

    device.answer = answer
    with pytest.raises(DeviceError, match="ran the firmware 00000000, and 00000005 after a restart"):
        client.persevere(lambda: work(client))


def test_reports_of_faults_that_make_no_sense(device: Device, client: Client) -> None:
    for body in (b"", bytes(3), b"\xff" * 20, b"\xff" * 400):
        device.answer = lambda sequence, name, body=body: frame(0, "fault", body)
        assert_one_error(client, "fault")


@pytest.mark.parametrize(
    ("status", "position", "data", "problem"),
    [
        ("more", 0, b"", "without data that is not its last"),
        ("more", 0, b"a" * 468, "an answer to feed was lost|bytes of outputs for samples that have 8"),
        ("ok", 0, b"a" * 468, "sent 468 bytes of outputs for samples that have 8"),
        ("ok", 0, b"", "sent 0 bytes of outputs for samples that have 8"),
        ("ok", 5, b"a" * 8, "an answer to feed was lost"),
        ("bad_length", 0, b"", "refused feed"),
        ("request", 0, b"", r"did not answer feed within 0\.4 s"),
    ],
)
def test_a_stream_of_nonsense(
    device: Device, client: Client, status: str, position: int, data: bytes, problem: str
) -> None:
    def answer(sequence: int, name: str) -> bytes:
        if name != "feed":
            return ordinary(sequence, name)
        body = P.messages["feed"].response.pack({"position": position, "data": data})
        return frame(sequence, name, body, status) * 3

    device.answer = answer
    began = time.monotonic()
    with pytest.raises(DeviceError, match=problem):
        throughput.run(client, [b"abcd"] * 2, 4, 115_200, PATIENCE)
    assert time.monotonic() - began < 5

"""The device against requests that no client of ours would send."""

import select
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.runtime import host_device
from tests.runtime.host_device import HostDevice, expected_output
from tinyml import frames, protocol, resources
from tinyml.link import Client

P = protocol.load()
FRAME_BYTES = P.limits["frame_bytes"]


def request(sequence: int, message: int, body: bytes, status: str = "request") -> bytes:
    header = {"sequence": sequence & 0xFFFF, "message": message, "status": P.status(status)}
    return frames.encode(P.header.pack(header) + body)


def named(sequence: int, name: str, body: bytes = b"") -> bytes:
    return request(sequence, P.messages[name].id, body)


def words(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "little") for value in values)


class Line:
    """Raw frames to and from a device."""

    def __init__(self, device: HostDevice) -> None:
        self._stream = device.stream
        self._decoder = frames.Decoder(FRAME_BYTES)
        self._sequence = 0xFFF0  # it wraps in some tests
        self._found: list[bytes] = []

    def begin(self, sequence: int) -> None:
        """Begin a session whose hello has this number."""
        self._sequence = sequence - 1
        assert self.ask("hello", words(P.hash))[0] == "ok"

    def status(self) -> str:
        return P.statuses[self.receive()[3]][0]

    def hears_nothing(self) -> bool:
        return not self._found and not select.select([self._stream], [], [], 0.2)[0]

    def send(self, data: bytes) -> None:
        self._stream.write(data)

    def receive(self) -> bytes:
        while not self._found:
            ready, _, _ = select.select([self._stream], [], [], 5)
            assert ready, "the device did not answer"
            self._found += self._decoder.push(self._stream.read(4096))
        return self._found.pop(0)

    def ask(self, name: str, body: bytes) -> tuple[str, bytes]:
        """Return the status's name and the body of the answer."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.send(request(self._sequence, P.messages[name].id, body))
        answer = self.receive()
        header = P.header.unpack(answer[:4])
        assert (header["sequence"], header["message"]) == (self._sequence, P.messages[name].id)
        return P.statuses[answer[3]][0], answer[4:]


@pytest.fixture
def line(device: HostDevice) -> Line:
    line = Line(device)
    line.begin(0xFFF0)
    return line


BIG = 0xFFFFFFFF
HARMLESS = ["hello", "invoke", "get_output", "run_layer", "get_layer_output", "memory"]


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("hello", b"", "bad_length"),
        ("hello", words(1, 2), "bad_length"),
        ("hello", words(P.hash ^ 1), "wrong_protocol"),
        ("calibrate", words(BIG), "bad_range"),
        ("set_input", words(0), "bad_length"),
        ("set_input", words(2, 0), "bad_index"),
        ("set_input", words(BIG, 0), "bad_index"),
        ("set_input", words(1, 4) + b"a", "bad_range"),
        ("set_input", words(1, 0) + b"abcde", "bad_range"),
        ("set_input", words(1, BIG) + b"ab", "bad_range"),
        ("set_input", words(1, 4), "ok"),
        ("set_input", words(1, 3) + b"a", "ok"),
        ("invoke", b"a", "bad_length"),
        ("get_output", words(1, 0, 1), "bad_index"),
        ("get_output", words(0, 601, 0), "bad_range"),
        ("get_output", words(0, BIG, 2), "bad_range"),
        ("get_output", words(0, 0, 469), "bad_range"),
        ("get_output", words(0, 0, BIG), "bad_range"),
        ("get_output", words(0, 600, 468), "ok"),
        ("run_layer", words(3), "bad_index"),
        ("run_layer", words(1), "bad_order"),
        ("trace_layer", words(3, 0), "bad_index"),
        ("trace_layer", words(1, 0), "bad_order"),
        ("trace_layer", words(0), "bad_length"),
        ("trace_layer", words(0, BIG), "ok"),
        ("get_layer_output", words(3, 0, 1), "bad_index"),
        ("get_layer_output", words(BIG, 0, 1), "bad_index"),
        ("get_layer_output", words(0, 0, 1), "bad_order"),
        ("memory", words(0), "bad_length"),
        ("reset", words(0), "bad_length"),
    ],
)
def test_impossible_requests_are_refused(line: Line, name: str, body: bytes, status: str) -> None:
    got, answer = line.ask(name, body)
    assert got == status
    assert answer == b"" or status == "ok"


def test_a_feed_goes_on_where_the_last_one_ended_and_another_request_ends_the_stream(line: Line) -> None:
    whole = bytes(host_device.INPUT_BYTES) + bytes([0, 5, 0, 0])
    room = P.messages["feed"].request.rest.count  # type: ignore[union-attr]
    for _ in range(2):
        assert line.ask("stream", words(host_device.NO_INTERRUPT_HERTZ)) == ("ok", words(0))
        for at in range(0, len(whole) - room, room):
            assert line.ask("feed", whole[at : at + room]) == ("ok", words(0))
        status, body = line.ask("feed", whole[2 * room :] + whole[:10])
        most = P.messages["feed"].response.rest.count  # type: ignore[union-attr]
        assert (status, body[:4], len(body)) == ("more", words(0), 4 + most)
        rest = line.receive()
        assert P.statuses[rest[3]][0] == "ok"
        assert rest[4:8] == words(most)
        assert body[4:] + rest[8:] == expected_output(whole[:1000], whole[1000:])
        assert line.ask("memory", b"")[0] == "ok"  # the next feed would go on with the ten bytes above
    assert line.ask("feed", b"a" * (FRAME_BYTES - 8))[0] == "ok"
    line.send(named(1, "feed", b"a" * (FRAME_BYTES - 7)))  # longer than any frame
    assert line.hears_nothing()


def test_an_unknown_message_is_refused(line: Line) -> None:
    for i, message in enumerate((0, 100, P.messages["fault"].id)):
        line.send(request(0xFFF1 + i, message, b""))
        assert line.status() == "unknown_message"


def test_layers_keep_their_order(line: Line) -> None:
    assert line.ask("run_layer", words(0))[0] == "ok"
    assert line.ask("run_layer", words(2))[0] == "bad_order"
    assert line.ask("run_layer", words(1))[0] == "ok"
    assert line.ask("get_layer_output", words(0, 0, 1))[0] == "bad_order"
    assert line.ask("get_layer_output", words(1, 1000, 1)) == ("ok", words(1000))
    assert line.ask("get_layer_output", words(1, 1001, 1))[0] == "bad_range"
    assert line.ask("run_layer", words(0))[0] == "ok"
    assert line.ask("invoke", b"")[0] == "ok"
    assert line.ask("get_layer_output", words(0, 0, 1))[0] == "bad_order"


def test_what_the_operators_of_a_layer_write_is_digested_as_they_write_it(line: Line) -> None:
    data, second = b"abc" * 333 + b"d", bytes([0, 5, 0, 0])
    parts, last = host_device.TRACED_PARTS, host_device.TRACED_PARTS - 1
    whole = zlib.crc32(expected_output(data, second))
    most = P.messages["trace_layer"].response.rest.count // 4  # type: ignore[union-attr]
    told = {
        0: [whole] + [0] * (most - 1),
        1: [0] * most,
        last - most + 1: [0] * (most - 1) + [whole],
        last: [whole],
        parts: [],
        BIG: [],
    }
    for first, digests in told.items():
        for at in range(0, len(data), 400):
            line.ask("set_input", words(0, at) + data[at : at + 400])
        line.ask("set_input", words(1, 0) + second)
        assert line.ask("run_layer", words(0))[0] == "ok"
        assert line.ask("trace_layer", words(1, 0)) == ("ok", words(0))  # nothing takes turns in it
        assert line.ask("trace_layer", words(2, first)) == ("ok", words(parts, *digests))
        assert line.ask("get_layer_output", words(2, 600, 1)) == ("ok", words(600))


def test_every_sample_begins_with_a_reset(line: Line) -> None:
    outputs = []
    for _ in range(3):
        line.ask("set_input", words(0, 0) + b"a")
        line.ask("invoke", b"")
        outputs.append(line.ask("get_output", words(0, 0, 1)))
    for _ in range(2):
        line.ask("set_input", words(0, 0) + b"a")
        for layer in range(3):
            line.ask("run_layer", words(layer))
        outputs.append(line.ask("get_layer_output", words(2, 0, 1)))
    assert set(outputs) == {outputs[0]}


def test_a_repeated_request_is_answered_and_not_executed(line: Line) -> None:
    line.begin(6)
    answers = []
    for _ in range(3):
        line.send(named(7, "invoke"))
        answers.append(line.receive())
    assert len(set(answers)) == 1  # the ticks at which they began would differ
    line.send(named(8, "invoke"))
    assert line.receive() not in answers


def test_a_late_copy_of_an_earlier_request_is_refused_and_changes_nothing(line: Line) -> None:
    line.begin(0xFFFE)
    early, late = (words(0, 0) + data for data in (b"early", b"later"))
    line.send(named(0xFFFF, "set_input", early))
    assert line.status() == "ok"
    line.send(named(0, "set_input", late))
    answer = line.receive()
    for sequence in (0xFFFF, 2, 0x8000):
        line.send(named(sequence, "set_input", early))
        assert line.status() == "no_session"
    line.send(named(0, "set_input", late))
    assert line.receive() == answer  # the last answer was kept
    line.send(named(1, "run_layer", words(0)))
    assert line.status() == "ok"
    line.send(named(2, "get_layer_output", words(0, 0, 5)))
    assert line.receive()[8:] == bytes(~value & 0xFF for value in b"later")


def test_the_same_sequence_number_with_another_request_is_refused(line: Line) -> None:
    line.begin(6)
    line.send(named(7, "invoke"))
    assert line.status() == "ok"
    line.send(named(7, "memory"))
    assert line.status() == "no_session"


def test_a_session_begins_with_a_hello_that_is_accepted(device: HostDevice) -> None:
    line = Line(device)
    for name, body in (("memory", b""), ("invoke", b""), ("fault", b"")):
        line.send(named(1, name, body))
        assert line.status() == "no_session"
    assert line.ask("hello", words(P.hash ^ 1))[0] == "wrong_protocol"
    assert line.ask("memory", b"")[0] == "no_session"
    line.begin(1)
    assert line.ask("hello", words(P.hash ^ 1))[0] == "wrong_protocol"
    assert line.ask("memory", b"")[0] == "no_session"


def test_a_late_copy_of_the_sessions_hello_is_dropped_and_another_hello_begins_anew(line: Line) -> None:
    line.begin(5)
    line.send(named(6, "memory"))
    assert line.status() == "ok"
    line.send(named(5, "hello", words(P.hash)))
    assert line.hears_nothing()
    line.send(named(7, "memory"))
    assert line.status() == "ok"
    line.send(named(900, "hello", words(P.hash)))
    assert line.status() == "ok"
    line.send(named(8, "memory"))
    assert line.status() == "no_session"


def test_an_echo_is_no_request(line: Line) -> None:
    for status, _ in P.statuses:
        if status != "request":
            line.send(request(0xFFF1, P.messages["memory"].id, b"", status))
    assert line.hears_nothing()


@pytest.mark.parametrize(
    "noise",
    [
        b"\1" * 5000,
        b"\xff" * 5000,
        b"\0" * 100,
        frames.encode(b"\1" * FRAME_BYTES),
        frames.encode(b"\0" * 3),
        b"\5ab",
        frames.encode(b"abc"),
    ],
    ids=["long", "full blocks", "zeros", "too long", "no header", "cut block", "too short"],
)
def test_noise_is_ignored(device: HostDevice, line: Line, noise: bytes) -> None:
    line.send(noise)
    assert Client(device.stream).hello().layer_count == 3


@settings(
    derandomize=True, deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=600),
            st.binary(max_size=FRAME_BYTES - 4).map(frames.encode),
            st.builds(
                request,
                st.integers(0, 0xFFFF),
                st.sampled_from([P.messages[name].id for name in HARMLESS]),
                st.binary(max_size=20),
            ),
        ),
        max_size=5,
    )
)
def test_nothing_that_comes_over_the_line_does_harm(device: HostDevice, pieces: list[bytes]) -> None:
    for piece in pieces:
        device.stream.write(piece)
    client = Client(device.stream)
    client.hello()  # after this no answer to the requests is on the way any more
    assert client.hello().build_id == host_device.BUILD_ID
    assert client.input_size(0) == host_device.INPUT_BYTES


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The runtime's objects for a Cortex-M4, compiled as a project does."""
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed")
    folder = tmp_path_factory.mktemp("objects")
    host_device.write_headers(folder)
    runtime = resources.firmware() / "runtime"
    flags = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-mcpu=cortex-m4", "-mthumb"]
    made = []
    for source in sorted(runtime.glob("*.c")):
        made.append(folder / f"{source.stem}.o")
        command = ["arm-none-eabi-gcc", *flags, f"-I{folder}", "-c", str(source), "-o", str(made[-1])]
        subprocess.run(command, check=True, timeout=60)
    return made


def section_sizes(objects: list[Path]) -> dict[str, int]:
    printed = subprocess.run(
        ["arm-none-eabi-size", "-A", *map(str, objects)], capture_output=True, text=True, check=True, timeout=10
    ).stdout
    sizes: dict[str, int] = {}
    for fields in map(str.split, printed.splitlines()):
        if len(fields) == 3 and fields[1].isdigit():
            sizes[fields[0]] = sizes.get(fields[0], 0) + int(fields[1])
    return sizes


def test_the_runtime_is_small(objects: list[Path]) -> None:
    crash = [path for path in objects if path.stem == "tm_crash"]
    link = section_sizes([path for path in objects if path not in crash])
    assert link[".text"] + link.get(".text.unlikely", 0) + link[".rodata"] <= 3300
    assert link[".tm_link"] <= 1024
    assert link[".data"] == 0
    report = section_sizes(crash)
    assert report[".text"] + report.get(".text.unlikely", 0) <= 512
    assert report[".tm_retained"] <= 192


def test_the_runtime_needs_a_port_and_nothing_else(objects: list[Path]) -> None:
    printed = subprocess.run(
        ["arm-none-eabi-nm", *map(str, objects)], capture_output=True, text=True, check=True, timeout=10
    ).stdout
    lines = [line.split() for line in printed.splitlines() if line and not line.endswith(":")]
    defined = {fields[-1] for fields in lines if fields[-2] != "U"}
    needed = {fields[-1] for fields in lines if fields[-2] == "U"} - defined
    port = {"tm_port_init", "tm_port_clock_hz", "tm_port_read", "tm_port_write", "tm_port_ticks", "tm_port_reset"}
    places = {
        "__tm_stack_bottom",
        "__tm_stack_top",
        "__tm_spare_start",
        "__tm_spare_end",
        "__tm_code_start",
        "__tm_code_end",
    }
    assert needed <= port | places | {"memcpy", "memset"}

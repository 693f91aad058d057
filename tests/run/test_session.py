import os
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.build import projects
from tests.runtime import host_device
from tests.runtime.host_device import expected_output
from tinyml import board as boards
from tinyml.build import Image
from tinyml.errors import BoardError, DeviceError, InputError
from tinyml.link import Client, realtime, throughput
from tinyml.plan.budget import stack_bytes
from tinyml.run import Session, start

ImageOf = Callable[[str], Image]
ARM_BOARDS = ["mps2-an386", "netduinoplus2"]
BOARDS = [*ARM_BOARDS, "hifive1", "virt-rv32"]
DATA = bytes(i * 7 & 0xFF for i in range(host_device.INPUT_BYTES))
SECOND = bytes([0, 5, 0, 0])


def infer(session: Session) -> int:
    session.client.set_input(0, DATA)
    session.client.set_input(1, SECOND)
    count = session.client.invoke()
    assert session.client.get_output(0) == expected_output(DATA, SECOND)
    assert session.clock
    return session.clock.instructions(count)


@pytest.mark.parametrize("board", projects.DEPLOYED)
def test_an_emulated_board_runs_a_model(image_of: ImageOf, board: str) -> None:
    with start(image_of(board), boards.load(board)) as session:
        assert session.target_version.startswith("QEMU ")
        assert session.hello.build_id == host_device.BUILD_ID
        assert session.clock
        # The counter runs in ticks of 64 ns on one board and in fractions of them on the other; the instructions
        # are the same to the last one, wherever between two ticks a count begins.
        assert len({infer(session) for _ in range(8)}) == 1
        session.client.set_input(0, DATA)
        runs = [session.client.run_layer(index) for index in range(3)]
        assert runs[2].digest == zlib.crc32(expected_output(DATA, SECOND))
        # Each run of one layer has what enters and leaves the loop over them; to the last instruction the same.
        layers = sum(session.clock.instructions(run.count) for run in runs)
        entering, rest = divmod(layers - infer(session), len(runs) - 1)
        assert rest == 0
        assert 0 < entering < 30
        assert all(0 < run.count.stack_bytes < 512 for run in runs)
        marks = session.client.memory()
        assert marks.stack_size == stack_bytes(boards.load(board))
        assert (marks.guard_before, marks.guard_after) == (True, True)
        assert 0 < marks.stack_bytes < 512


@pytest.mark.parametrize("pair", [ARM_BOARDS, ["hifive1", "virt-rv32"]])
def test_two_boards_count_the_same_instructions(image_of: ImageOf, pair: list[str]) -> None:
    counts = []
    for board in pair:
        with start(image_of(board), boards.load(board)) as session:
            counts.append(infer(session))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("board", projects.DEPLOYED)
def test_a_loop_of_known_length_is_counted_exactly(image_of: ImageOf, board: str) -> None:
    with start(image_of(board), boards.load(board)) as session:
        assert session.clock
        for iterations in (1, 2, 3, 10, 1000, 12_345_678):
            counted = session.clock.instructions(session.client.calibrate(iterations))
            assert counted == 2 * iterations


def test_a_counter_that_wraps_during_a_count_is_read_right(image_of: ImageOf) -> None:
    with start(image_of("netduinoplus2"), boards.load("netduinoplus2")) as session:
        assert session.clock
        iterations = 100_000_000
        for _ in range(7):  # 2**32 ticks are 1.07 thousand million instructions
            count = session.client.calibrate(iterations)
            assert session.clock.instructions(count) == 2 * iterations
            if count.start + count.ticks >= 1 << 32:
                return
        pytest.fail("the counter did not wrap")


@pytest.mark.parametrize("board", ["stm32vldiscovery", "lm3s6965evb"])
def test_a_counter_of_24_bits_counts_on(image_of: ImageOf, board: str) -> None:
    # A turn is 10.9 or 5.2 million instructions, the five of the interrupt at its end among them.
    with start(image_of(board), boards.load(board)) as session:
        assert session.clock
        for iterations in (100_000_000, 3_000_000, *range(1_000_000, 1_000_050)):
            count = session.client.calibrate(iterations)
            assert session.clock.instructions(count) == 2 * iterations
        assert count.start >> 24 >= 27


def test_reset_restarts_an_emulated_board(image_of: ImageOf) -> None:
    with start(image_of("mps2-an386"), boards.load("mps2-an386")) as session:
        session.client.reset()
        session.client.hello()
        infer(session)


def test_a_clock_that_is_not_the_boards_is_noticed(image_of: ImageOf) -> None:
    board = boards.load("mps2-an386")
    assert board.qemu
    wrong = replace(board, qemu=replace(board.qemu, ticks_per_instruction=Fraction(4)))
    with pytest.raises(DeviceError, match="in a loop of 1000000, at 4 ticks an instruction"):
        start(image_of("mps2-an386"), wrong)


def test_sessions_side_by_side_do_not_collide(image_of: ImageOf) -> None:
    together = threading.Barrier(4, timeout=30)

    def run(board: str) -> int:
        with start(image_of(board), boards.load(board)) as session:
            together.wait()
            return infer(session)

    for board in ARM_BOARDS:
        image_of(board)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(run, ARM_BOARDS * 2))) == 1


def test_a_target_that_is_not_known_is_refused(image_of: ImageOf) -> None:
    image, board = image_of("mps2-an386"), boards.load("mps2-an386")
    with pytest.raises(InputError, match="'simics' is not known; known are qemu, renode, serial"):
        start(image, board, "simics")
    with pytest.raises(InputError, match="no serial port was given"):
        start(image, board, "serial")
    with pytest.raises(BoardError, match="QEMU has no machine for the board"):
        start(image, replace(board, qemu=None))
    with pytest.raises(BoardError, match="Renode has no model of the board"):
        start(image, replace(board, renode=None), "renode")


def test_a_session_tells_of_a_crash_before_it(
    image_of: ImageOf, serial_port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "_fault", lambda client, body: DeviceError("not heard"))
    board, image = boards.load("netduinoplus2"), image_of("netduinoplus2")
    with start(image, board, "serial", serial_port) as session:
        assert session.crash is None
        session.client.set_input(1, bytes([host_device.FAULT, 0, 0, 0]))
        with pytest.raises(DeviceError, match="not heard"):
            session.client.invoke()
    for expected in (True, False):
        with start(image, board, "serial", serial_port) as session:
            assert (session.crash is not None) == expected


@pytest.fixture
def serial_port(program: Path) -> Iterator[str]:
    """The name of a serial port with a device at its end (a pseudo-terminal)."""
    device_end, our_end = os.openpty()
    name = os.ttyname(our_end)
    # The host's port says 120 MHz; the counter of netduinoplus2 makes 5.25 MHz of 168.
    environment = {"TINYML_RESTARTS": "1", "TINYML_TICKS_HZ": "3750000", **os.environ}
    process = subprocess.Popen([program], stdin=device_end, stdout=device_end, env=environment)
    yield name
    process.kill()
    process.wait(5)
    os.close(device_end)
    os.close(our_end)


def test_a_connected_board_runs_a_model(image_of: ImageOf, serial_port: str) -> None:
    board = boards.load("netduinoplus2")
    image = image_of("netduinoplus2")
    with start(image, board, "serial", serial_port) as session:
        assert session.target_version == board.title
        assert session.clock is None
        assert session.real_clock
        assert session.real_clock.hz == pytest.approx(3_750_000, rel=0.02)
        assert 0 < session.real_clock.uncertainty < 0.01
        session.client.set_input(0, DATA)
        session.client.set_input(1, SECOND)
        began = time.monotonic()
        count = session.client.invoke()
        assert 0 <= session.real_clock.microseconds(count) < (time.monotonic() - began) * 1e6
        assert session.client.get_output(0) == expected_output(DATA, SECOND)
        with pytest.raises(DeviceError, match="cannot be opened: another program uses it") as caught:
            start(image, board, "serial", serial_port)
        assert caught.value.hint == f"End that program: `fuser {serial_port}` names it."


def test_a_board_whose_clock_is_not_the_one_it_tells_is_refused(image_of: ImageOf, serial_port: str) -> None:
    board = boards.load("netduinoplus2")
    wrong = replace(board, counter=replace(board.counter, hz=84_000_000))
    problem = (
        r"counter makes 3,7\d\d,\d{3} ticks a second; 60,000,000 are due at the 120,000,000 Hz that the device"
    )
    with pytest.raises(DeviceError, match=problem):
        start(image_of("netduinoplus2"), wrong, "serial", serial_port)


def test_a_line_that_is_too_slow_for_a_rate_gives_no_microseconds(
    image_of: ImageOf, serial_port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime, "_MOST_UNCERTAINTY", 0.0)
    with start(image_of("netduinoplus2"), boards.load("netduinoplus2"), "serial", serial_port) as session:
        assert session.real_clock is None


def test_a_port_that_cannot_be_opened_is_named(image_of: ImageOf) -> None:
    with pytest.raises(DeviceError, match="/dev/tinyml-none cannot be opened") as caught:
        start(image_of("mps2-an386"), boards.load("mps2-an386"), "serial", "/dev/tinyml-none")
    assert caught.value.hint.startswith("Ports that exist: ")


@pytest.mark.parametrize("board", projects.KINDS)
def test_a_stream_gives_what_samples_one_by_one_give(image_of: ImageOf, board: str) -> None:
    samples = [bytes([i] * host_device.INPUT_BYTES) + SECOND for i in range(6)]
    with start(image_of(board), boards.load(board)) as session:
        served = boards.load(board).port in ("cmsdk", "stm32f4")  # by an interrupt, while the model runs
        assert (session.client.stream(11_520) > 0) == served
        outputs = throughput.run(session.client, samples, host_device.OUTPUT_BYTES, 115_200, 20)
        assert outputs == [expected_output(sample[:-4], SECOND) for sample in samples]
        infer(session)

"""Every kind of crash on every kind of machine that can raise it: what the report says, and that the machine comes
back up."""

import select
import time
from collections.abc import Callable

import pytest

from tests.build import projects
from tests.run.images import MODEL
from tests.run.test_session import infer
from tests.runtime import host_device
from tinyml import board as boards
from tinyml.architecture import RISCV
from tinyml.board import Board
from tinyml.build import Image
from tinyml.build.elf import sizes
from tinyml.errors import DeviceError
from tinyml.link import Client
from tinyml.run import start

ImageOf = Callable[[str], Image]
MACHINES = [*projects.KINDS, *(param for param in projects.ALL_BOARDS if param.values == ("mps3-an547",))]
HARD_FAULT = "a hard fault: an address without memory, an unaligned access or an undefined instruction"

# The statement of the test's model that goes wrong, and what the report says; all but Armv6-M tell the address.
KINDS = {
    host_device.OVERFLOW_STACK: ("recurse(depth", "stack overflow"),
    host_device.READ_NOWHERE: ("(uintptr_t)NOWHERE;", "access to an address without memory 0xe8000000"),
    host_device.UNDEFINED: ("UNDEFINED_INSTRUCTION();", "undefined instruction"),
    host_device.UNALIGNED: ("*unaligned = 1;", "unaligned access"),
    host_device.NOT_CODE: ("(uintptr_t)NOWHERE)();", "instruction fetch from "),
}


def cannot(board: Board, kind: int) -> str:
    """Return why the machine does not raise this kind, or an empty string."""
    if kind == host_device.READ_NOWHERE and board.port == "lm3s":
        return "QEMU's Stellaris machines answer a read without memory with zero"
    if kind == host_device.UNALIGNED and board.architecture is RISCV:
        return "QEMU's RISC-V cores carry out unaligned accesses"
    return ""


def line_of(statement: str) -> int:
    """Return the line of the test's model that has the statement last."""
    lines = MODEL.read_text(encoding="utf-8").splitlines()
    return max(number for number, line in enumerate(lines, 1) if statement in line)


def provoke(client: Client, kind: int) -> DeviceError:
    """Return the error of an inference in which the second layer goes wrong."""
    client.set_input(1, bytes([kind, 0, 0, 0]))
    with pytest.raises(DeviceError) as caught:
        client.invoke()
    return caught.value


@pytest.mark.parametrize("name", MACHINES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_crash_explains_itself_and_the_machine_comes_back_up(image_of: ImageOf, name: str, kind: int) -> None:
    board = boards.load(name)
    if reason := cannot(board, kind):
        pytest.skip(reason)
    statement, words = KINDS[kind]
    if board.cpu == "cortex-m0" and kind != host_device.OVERFLOW_STACK:
        words = HARD_FAULT
    with start(image_of(name), board) as session:
        session.client.layers = ["negate", "add", "copy"]
        began = time.monotonic()
        error = provoke(session.client, kind)
        assert time.monotonic() - began < 5
        assert f"the processor faulted during invoke in layer 1 (add): {words}" in str(error)
        assert f"test_model.c:{line_of(statement)})" in str(error)
        if kind != host_device.OVERFLOW_STACK:
            assert ", called from run (" in str(error)
        assert error.hint.startswith("It has started again.\ncause ")
        infer(session)  # in the session that has begun since


@pytest.mark.parametrize("name", MACHINES)
def test_a_model_that_hangs_is_ended_where_there_is_a_watchdog(image_of: ImageOf, name: str) -> None:
    board = boards.load(name)
    with start(image_of(name), board) as session:
        assert session.client.watch(200) == (board.watchdog is not None)
        if board.watchdog is None:
            return
        infer(session)  # which takes less
        time.sleep(1)  # the counter of QEMU's watchdog goes on while it is off
        error = provoke(session.client, host_device.HANG)
        words = "the watchdog: the model ran longer than it was given"
        assert f"the processor faulted during invoke in layer 1: {words}, in add (" in str(error)
        assert error.hint.startswith("It has started again.\ncause ")
        infer(session)


@pytest.mark.parametrize("name", MACHINES)
@pytest.mark.parametrize("kind", [host_device.BREAK_GUARD_BEFORE, host_device.BREAK_GUARD_AFTER])
def test_a_write_outside_the_arena_is_refused_at_once_and_its_layer_found(
    image_of: ImageOf, name: str, kind: int
) -> None:
    with start(image_of(name), boards.load(name)) as session:
        client = session.client
        began = time.monotonic()
        assert "refused invoke: the model wrote outside its arena" in str(provoke(client, kind))
        assert time.monotonic() - began < 5
        marks = client.memory()
        assert (marks.guard_before, marks.guard_after) == (
            kind != host_device.BREAK_GUARD_BEFORE,
            kind != host_device.BREAK_GUARD_AFTER,
        )
        client.reset()  # which paints the guards anew
        client.hello()
        client.set_input(1, bytes([kind, 0, 0, 0]))
        client.run_layer(0)
        with pytest.raises(DeviceError, match="refused run_layer: the model wrote outside its arena"):
            client.run_layer(1)


@pytest.mark.parametrize("name", MACHINES)
def test_the_report_outlives_the_reset(image_of: ImageOf, name: str) -> None:
    with start(image_of(name), boards.load(name)) as session:
        client = session.client
        client.set_input(1, bytes([host_device.UNDEFINED, 0, 0, 0]))
        client.send(client._encoded(client._protocol.messages["invoke"]), "invoke")
        report = b""
        while report[1:][-1:] != b"\0":  # the end of the report that comes unasked, which is lost here
            assert select.select([client._stream], [], [], 10)[0]
            report += client._stream.read(4096)
        later = Client(client._stream, architecture=boards.load(name).architecture)
        assert later.hello().crashed
        assert "the processor faulted during invoke in layer 1: " in str(later.crash())
        assert not later.hello().crashed


def test_what_the_report_costs(image_of: ImageOf) -> None:
    # RAM that a reset does not erase; without it, `static` would be the variables alone.
    assert 192 <= sizes(image_of("mps2-an386").elf).static <= 256

"""The emulator's life: it starts or says why not, and never outlives its owner."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.processes import heed_signals
from tinyml import board as boards
from tinyml.build import Image
from tinyml.errors import DeviceError, MissingToolError
from tinyml.run import qemu, start

ImageOf = Callable[[str], Image]
ROOT = Path(__file__).parents[2]

OWNER = """
import os, sys
from pathlib import Path
from tinyml import board
from tinyml.run import qemu
emulator = qemu.Emulator(Path(sys.argv[1]), board.load("mps2-an386"))
try:
    print(emulator.process_group, flush=True)
    sys.stdin.readline()
    {then}
except KeyboardInterrupt:
    emulator.close()
    sys.exit(5)
"""


def processes() -> dict[int, tuple[str, int, int]]:
    """Return name, parent and process group of each process that is not yet dead, by its id."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = stat.read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue  # it ended meanwhile
        state, parent, group = fields.split()[:3]
        if state not in "ZX":
            found[int(stat.parent.name)] = (name, int(parent), int(group))
    return found


def alive(group: int) -> list[str]:
    """Return the names of the processes in a process group."""
    return [name for name, _, its_group in processes().values() if its_group == group]


def our_emulators(ancestor: int | None = None) -> list[int]:
    """Return the running emulators that descend from `ancestor`, or from this process, by their ids."""
    listed = processes()
    owner = ancestor or os.getpid()

    def is_ours(pid: int) -> bool:
        return pid == owner or (pid in listed and is_ours(listed[pid][1]))

    def runs_an_image(pid: int) -> bool:  # and does not just tell its version
        with contextlib.suppress(OSError):
            return b"-kernel" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return False

    named = [pid for pid, (name, _, _) in listed.items() if name == "qemu-system-arm"]
    return [pid for pid in named if is_ours(pid) and runs_an_image(pid)]


def assert_gone(group: int) -> None:
    end = time.monotonic() + 2
    while alive(group):
        assert time.monotonic() < end, f"{alive(group)} outlived its owner"
        time.sleep(0.01)


def owner(image: Image, then: str = "pass") -> tuple["subprocess.Popen[str]", int]:
    """Start a process that owns an emulator, and does `then` after a line; return it and the emulator's group."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", OWNER.format(then=then), str(image.elf)]
    process = subprocess.Popen(
        command,
        stdin=pipe,
        stdout=pipe,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        preexec_fn=heed_signals,
    )
    assert process.stdout
    group = int(process.stdout.readline())
    assert "qemu-system-arm" in alive(group)
    return process, group


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGHUP", "SIGSEGV"])
def test_a_killed_owner_takes_the_emulator_along(image_of: ImageOf, name: str) -> None:
    process, group = owner(image_of("mps2-an386"))
    number = getattr(signal, name)
    process.send_signal(number)
    assert process.wait(5) == -number
    assert_gone(group)


@pytest.mark.parametrize("then", ["1 / 0", "sys.exit()", "os._exit(1)", "os.abort()"])
def test_an_owner_that_ends_takes_the_emulator_along(image_of: ImageOf, then: str) -> None:
    process, group = owner(image_of("mps2-an386"), then)
    process.communicate("\n", timeout=10)
    assert_gone(group)


def test_ctrl_c_leaves_the_emulator_to_us(image_of: ImageOf) -> None:
    # A terminal sends Ctrl-C to the whole foreground process group, in which the emulator is not.
    process, group = owner(image_of("mps2-an386"))
    assert os.getpgid(process.pid) != group
    process.send_signal(signal.SIGINT)
    assert process.wait(5) == 5
    assert_gone(group)


def test_a_closed_session_leaves_nothing(image_of: ImageOf) -> None:
    emulator = qemu.Emulator(image_of("mps2-an386").elf, boards.load("mps2-an386"))
    group = emulator.process_group
    assert "qemu-system-arm" in alive(group)
    emulator.close()
    assert_gone(group)


def fail_in_a_session(image: Image) -> None:
    with start(image, boards.load("mps2-an386")):
        assert len(our_emulators()) == 1
        raise ZeroDivisionError


def test_an_error_in_the_block_ends_the_emulator(image_of: ImageOf) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_in_a_session(image_of("mps2-an386"))
    assert our_emulators() == []


def test_an_emulator_that_dies_is_reported(image_of: ImageOf) -> None:
    with start(image_of("mps2-an386"), boards.load("mps2-an386")) as session:
        [pid] = our_emulators()
        os.kill(pid, signal.SIGKILL)
        began = time.monotonic()
        with pytest.raises(DeviceError, match=r"the connection broke .* its answer to calibrate; QEMU has ended"):
            session.client.invoke()
        assert time.monotonic() - began < 5


def test_an_emulator_that_dies_before_it_is_spoken_to_is_reported(
    image_of: ImageOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_port = qemu.Emulator._wait_for_port

    def die_then(emulator: qemu.Emulator) -> int:
        port = wait_for_port(emulator)
        for pid in our_emulators():
            os.kill(pid, signal.SIGKILL)
        assert_gone(emulator.process_group)
        return port

    monkeypatch.setattr(qemu.Emulator, "_wait_for_port", die_then)
    with pytest.raises(DeviceError, match=r"^the emulator cannot be reached: QEMU has ended"):
        start(image_of("mps2-an386"), boards.load("mps2-an386"))


@pytest.mark.parametrize(
    ("board", "program", "package"),
    [
        ("mps2-an386", "qemu-system-arm", "qemu-system-arm"),
        ("hifive1", "qemu-system-riscv32", "qemu-system-misc"),
    ],
)
def test_qemu_that_is_missing_is_named(
    image_of: ImageOf, monkeypatch: pytest.MonkeyPatch, board: str, program: str, package: str
) -> None:
    image = image_of(board)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(MissingToolError, match=f"{program} is not installed") as caught:
        start(image, boards.load(board))
    assert caught.value.hint == f"Debian and Ubuntu: apt-get install {package}"


def test_qemu_that_refuses_is_quoted(image_of: ImageOf) -> None:
    board = boards.load("mps2-an386")
    assert board.qemu
    with pytest.raises(DeviceError, match=r"QEMU ended at once: .*unsupported machine type"):
        start(image_of("mps2-an386"), replace(board, qemu=replace(board.qemu, machine="toaster")))

"""Renode as a target: found, started, ended, and with a real Renode the same results as with QEMU.

What needs Renode is skipped by name where it is not installed. The rest holds our half against a stand-in for the
wire protocol of its server (renode_server.py), which proves nothing of Renode.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import serial

from tests import small_models
from tests.build import projects
from tests.run import renode_server
from tests.run.test_qemu import alive, assert_gone
from tests.run.test_session import DATA, SECOND, infer
from tests.runtime import host_device
from tests.runtime.host_device import expected_output
from tinyml import board as boards
from tinyml import graph
from tinyml import plan as plans
from tinyml.build import Image
from tinyml.build import build as build_image
from tinyml.errors import BoardError, DeviceError, MissingToolError
from tinyml.generate import Origin, generate
from tinyml.generate import renode as commands
from tinyml.run import check, qemu, renode, start

ImageOf = Callable[[str], Image]
ROOT = Path(__file__).parents[2]
BOARDS = [name for name in boards.names() if boards.load(name).renode]
# Both emulators know them.
BOTH = [name for name in BOARDS if boards.load(name).qemu]
# The RP2040 restarts by its watchdog, of which Renode has no model.
RESTARTED = [name for name in BOARDS if boards.load(name).port != "rp2040"]
ORIGIN = Origin("classifier.tflite", "tinyml generate classifier.tflite", "model")


def installed() -> str | None:
    """Return the path of a real Renode, or None."""
    try:
        return renode.program()
    except MissingToolError:
        return None


RENODE = installed()
needs_renode = pytest.mark.skipif(RENODE is None, reason="renode is not installed")


def test_no_two_sessions_that_begin_are_given_one_port() -> None:
    given = []

    def begin() -> None:
        with renode._free_port() as port:
            given.append(port)
            time.sleep(0.2)

    began = time.monotonic()
    threads = [threading.Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == 2
    assert time.monotonic() - began >= 0.4  # the second one waited until the first was done


# How it is found


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder; Renode is installed nowhere."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.delenv("TINYML_RENODE", raising=False)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", str(folder / "core"))
    return folder


def program_at(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_renode_that_is_missing_is_named_with_the_way_to_get_it(nowhere: Path) -> None:
    with pytest.raises(MissingToolError, match=r"^Renode is not installed$") as caught:
        check(boards.load("netduinoplus2"), "renode")
    assert "https://github.com/renode/renode/releases" in caught.value.hint
    assert "TINYML_RENODE" in caught.value.hint


@pytest.mark.parametrize("place", [".platformio", "core"])
def test_renode_is_found_as_platformios_package(nowhere: Path, place: str) -> None:
    path = program_at(nowhere / place / "packages/tool-renode/renode")
    assert renode.program() == path


def test_renode_on_path_comes_before_platformios(nowhere: Path) -> None:
    program_at(nowhere / "core/packages/tool-renode/renode")
    path = program_at(nowhere / "renode")
    assert renode.program() == path


@pytest.mark.parametrize("named", ["mine", "mine/renode"])
def test_the_variable_names_a_folder_or_the_program(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    program_at(nowhere / "renode")
    path = program_at(nowhere / "mine/renode")
    monkeypatch.setenv("TINYML_RENODE", str(nowhere / named))
    assert renode.program() == path


def test_a_variable_that_names_nothing_is_told(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program_at(nowhere / "renode")
    monkeypatch.setenv("TINYML_RENODE", "/nonexistent")
    with pytest.raises(MissingToolError, match=r"TINYML_RENODE is '/nonexistent', which is no program"):
        renode.program()


def test_a_board_without_a_model_is_told_first(nowhere: Path) -> None:
    with pytest.raises(BoardError, match=r"Renode has no model of the board netduinoplus2"):
        check(replace(boards.load("netduinoplus2"), renode=None), "renode")


# Our half of the protocol, against the stand-in for the server


@pytest.fixture
def stand_in(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the commands that the stand-in for the server is sent; it is what TINYML_RENODE names."""
    path = Path(program_at(nowhere / "renode"))
    path.write_text(f'#!/bin/sh\nexec {sys.executable} {renode_server.__file__} "$@"\n')
    monkeypatch.setenv("TINYML_RENODE", str(path))
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.setenv("RENODE_SERVER_COMMANDS", str(nowhere / "commands"))
    return nowhere / "commands"


def heard(commands: Path) -> list[str]:
    return [json.loads(line) for line in commands.read_text().splitlines()]


def test_the_version_is_read(stand_in: Path) -> None:
    assert renode.version() == "Renode 1.16.1"


def test_a_program_that_tells_no_version_is_quoted(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(program_at(nowhere / "renode")).write_text("#!/bin/sh\necho no runtime\n")
    monkeypatch.setenv("PATH", f"{nowhere}:{os.defpath}")
    with pytest.raises(MissingToolError, match=r"does not tell a version: no runtime"):
        renode.version()


def test_the_commands_of_a_session(stand_in: Path) -> None:
    board = boards.load("netduinoplus2")
    emulator = renode.Emulator(Path("/image with spaces.elf"), board)
    group, folder = emulator.process_group, Path(emulator.url).parent
    assert alive(group)
    assert (folder / "netduinoplus2.repl").read_text() == commands.description(board)
    assert emulator.explain() == ""
    emulator.close()
    assert_gone(group)
    assert not folder.exists()
    vectors = 'sysbus.cpu VectorTableOffset `sysbus GetSymbolAddress "tm_vectors"`'
    assert heard(stand_in) == [
        f"logFile @{folder}/errors.log true",
        "logLevel 3",
        'mach create "netduinoplus2"',
        f"machine LoadPlatformDescription @{folder}/netduinoplus2.repl",
        "sysbus.cpu PerformanceInMips 168",
        "sysbus LoadELF @/image\\ with\\ spaces.elf",
        vectors,
        f'macro reset """\nsysbus LoadELF @/image\\ with\\ spaces.elf\n{vectors}\n"""',
        'sysbus.cpu AddHook `sysbus GetSymbolAddress "tm_port_ticks"` '
        '"from Antmicro.Renode.Peripherals.CPU import RegisterValue; '
        "cpu.SetRegister(0, RegisterValue.Create(int(cpu.ExecutedInstructions) & 0xFFFFFFFF, 32)); "
        'cpu.PC = cpu.LR"',
        f'emulation CreateUartPtyTerminal "pty" "{folder}/console" true',
        "connector Connect sysbus.usart6 pty",
        "emulation SetAdvanceImmediately true",
        "start",
        "quit",
    ]


def test_a_command_that_renode_refuses_ends_it(stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENODE_SERVER_REFUSES", "machine LoadPlatformDescription")
    with pytest.raises(
        DeviceError, match=r"Renode refused 'machine LoadPlatformDescription .*There was an error when"
    ):
        renode.Emulator(Path("/image.elf"), boards.load("netduinoplus2"))
    assert heard(stand_in)[-1].startswith("machine LoadPlatformDescription")
    assert stand_ins() == []


def stand_ins() -> list[str]:
    """Return the command lines of the servers that run."""
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True, timeout=10).stdout
    return [line for line in found.splitlines() if renode_server.__file__ in line]


def test_a_renode_that_stops_answering_is_killed(stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renode, "_ANSWER_SECONDS", 2.0)
    monkeypatch.setenv("RENODE_SERVER_HANGS", "start")
    began = time.monotonic()
    with pytest.raises(DeviceError, match=r"Renode did not answer 'start' within 2 s"):
        renode.Emulator(Path("/image.elf"), boards.load("netduinoplus2"))
    assert time.monotonic() - began < 10
    assert "quit" not in heard(stand_in)
    assert stand_ins() == []


def test_a_renode_that_does_not_quit_is_killed(stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renode, "_QUIT_SECONDS", 0.3)
    monkeypatch.setenv("RENODE_SERVER_HANGS", "quit")
    emulator = renode.Emulator(Path("/image.elf"), boards.load("netduinoplus2"))
    emulator.close()
    assert_gone(emulator.process_group)


def test_a_renode_that_dies_is_reported(stand_in: Path) -> None:
    emulator = renode.Emulator(Path("/image.elf"), boards.load("netduinoplus2"))
    os.killpg(emulator.process_group, signal.SIGKILL)
    assert emulator.explain() == "Renode has ended: it said nothing"
    emulator.close()


def test_the_last_error_that_renode_logged_is_told(stand_in: Path) -> None:
    emulator = renode.Emulator(Path("/image.elf"), boards.load("netduinoplus2"))
    (Path(emulator.url).parent / "errors.log").write_text("[ERROR] first\n[ERROR] cpu: CPU abort [PC=0x0].\n\n")
    assert emulator.explain() == "the last error that Renode logged is '[ERROR] cpu: CPU abort [PC=0x0].'"
    emulator.close()


def test_a_program_that_ends_at_once_is_quoted(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(program_at(nowhere / "renode")).write_text("#!/bin/sh\necho no runtime >&2\nexit 1\n")
    monkeypatch.setenv("PATH", f"{nowhere}:{os.defpath}")
    with pytest.raises(DeviceError, match=r"^Renode ended at once: no runtime$"):
        renode.Emulator(Path("/image.elf"), boards.load("netduinoplus2"))


def test_a_program_that_never_listens_is_given_up(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(program_at(nowhere / "renode")).write_text("#!/bin/sh\necho starting\nexec sleep 600\n")
    monkeypatch.setenv("PATH", f"{nowhere}:{os.defpath}")
    monkeypatch.setattr(renode, "_START_SECONDS", 0.5)
    with pytest.raises(DeviceError, match=r"did not open its port \d+ within 0.5 s: starting"):
        renode.Emulator(Path("/image.elf"), boards.load("netduinoplus2"))


OWNER = """
import sys
from pathlib import Path
from tinyml import board
from tinyml.run import renode
emulator = renode.Emulator(Path("/image.elf"), board.load("netduinoplus2"))
print(emulator.process_group, flush=True)
sys.stdin.readline()
"""


def test_a_killed_owner_takes_renode_along(stand_in: Path) -> None:
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", OWNER], stdin=pipe, stdout=pipe, text=True, cwd=ROOT)
    assert process.stdout
    group = int(process.stdout.readline())
    assert alive(group)
    process.kill()
    process.wait(5)
    assert_gone(group)


# What can be known of an image without Renode


@pytest.mark.parametrize("board", BOARDS)
def test_an_image_has_the_symbols_that_the_commands_name(any_image_of: ImageOf, board: str) -> None:
    architecture = boards.load(board).architecture
    nm = [f"{architecture.tool_prefix}nm", str(any_image_of(board).elf)]
    listed = subprocess.run(nm, capture_output=True, text=True, check=True, timeout=20).stdout
    symbols = [line.split()[-1] for line in listed.splitlines()]
    entry = {"cortex_m": "tm_vectors", "riscv": "tm_start"}[architecture.name]
    for symbol in ("tm_port_ticks", entry):
        assert symbols.count(symbol) == 1
        assert any(
            f'"{symbol}"' in command
            for command in (*commands.load(boards.load(board), "@i"), commands.count(boards.load(board)))
        )


@pytest.mark.parametrize(
    ("board", "address"),
    [
        ("stm32f4discovery", 0x08000000),
        ("rpi-pico", 0x10000100),  # behind the second-stage loader, which is not run
        ("nano33ble", 0x10000),  # behind Arduino's bootloader
        ("xiao-nrf52840-sense", 0x27000),  # behind the SoftDevice
    ],
)
def test_the_core_starts_from_the_vectors_behind_what_comes_before_the_image(
    any_image_of: ImageOf, board: str, address: int
) -> None:
    nm = ["arm-none-eabi-nm", str(any_image_of(board).elf)]
    listed = subprocess.run(nm, capture_output=True, text=True, check=True, timeout=20).stdout
    [vectors] = [line.split()[0] for line in listed.splitlines() if line.endswith(" tm_vectors")]
    assert int(vectors, 16) == address


def test_a_port_that_times_its_reset_reads_the_counter_where_the_hook_is(any_image_of: ImageOf) -> None:
    """Inlined, the read would find the counter of the MPS2 at zero for ever, as Renode has none."""
    objdump = ["arm-none-eabi-objdump", "--disassemble=tm_port_reset", str(any_image_of("mps2-an386").elf)]
    code = subprocess.run(objdump, capture_output=True, text=True, check=True, timeout=20).stdout
    assert len(re.findall(r"\bbl\b.*<tm_port_ticks>", code)) == 2


def frames_of(robot: str) -> dict[str, bytes]:
    """Return the frames in the variables of a Robot Framework test, by the variables' names."""
    found: dict[str, bytes] = {}
    name = ""
    for line in robot.splitlines():
        if line[:2] in ("@{", "${") and not line.split("}", 1)[1]:
            name = line[2:].split("}")[0]
            found[name] = b""
        elif line.startswith("...") and name:
            found[name] += bytes.fromhex(line[3:].replace("0x", ""))
    return found


@projects.needs_compiler
@projects.needs_qemu
@pytest.mark.parametrize("engine", ["compiled", pytest.param("interpreter", marks=pytest.mark.long)])
def test_the_image_answers_as_the_test_for_renode_expects(tmp_path: Path, engine: str) -> None:
    board = boards.load("mps2-an386")
    plan = plans.make(graph.read(small_models.classifier()))
    project = generate(plan, board, ORIGIN, tmp_path / "p", engine=engine)
    image = build_image(project.path)
    frames = frames_of((project.path / f"renode/{board.name}.robot").read_text())
    emulator = qemu.Emulator(image.elf, board)
    try:
        with serial.serial_for_url(emulator.url, timeout=5) as stream:
            stream.write(frames["HELLO"])
            assert stream.read_until(frames["DESCRIBED"]).endswith(frames["DESCRIBED"])
            stream.write(frames["INVOKE"])
            assert stream.read_until(frames["INVOKED"]).endswith(frames["INVOKED"])
    finally:
        emulator.close()


# With a real Renode


@needs_renode
@pytest.mark.parametrize("board", BOARDS)
def test_a_board_in_renode_runs_a_model(any_image_of: ImageOf, board: str) -> None:
    with start(any_image_of(board), boards.load(board), "renode") as session:
        assert session.target_version.startswith("Renode ")
        assert session.hello.build_id == host_device.BUILD_ID
        assert len({infer(session) for _ in range(4)}) == 1
        marks = session.client.memory()
        assert (marks.guard_before, marks.guard_after) == (True, True)


@needs_renode
@pytest.mark.parametrize("board", BOARDS)
def test_renode_counts_a_loop_of_known_length_exactly(any_image_of: ImageOf, board: str) -> None:
    with start(any_image_of(board), boards.load(board), "renode") as session:
        assert session.clock
        for iterations in (1, 2, 3, 10, 1000, 12_345_678):
            assert session.clock.instructions(session.client.calibrate(iterations)) == 2 * iterations


@needs_renode
@pytest.mark.parametrize("board", BOTH)
def test_both_emulators_give_the_same_outputs_and_counts(image_of: ImageOf, board: str) -> None:
    counts, layers = [], []
    for target in ("qemu", "renode"):
        with start(image_of(board), boards.load(board), target) as session:
            counts.append(infer(session))
            session.client.set_input(0, DATA)
            session.client.set_input(1, SECOND)
            runs = [session.client.run_layer(index) for index in range(3)]
            assert session.clock
            layers.append([(session.clock.instructions(run.count), run.digest) for run in runs])
            assert session.client.get_layer_output(2) == expected_output(DATA, SECOND)
    assert counts[0] == counts[1]
    assert layers[0] == layers[1]


@needs_renode
@pytest.mark.parametrize("board", RESTARTED)
def test_a_device_in_renode_restarts(any_image_of: ImageOf, board: str) -> None:
    with start(any_image_of(board), boards.load(board), "renode") as session:
        session.client.reset()
        session.client.hello()
        infer(session)


@needs_renode
def test_a_closed_session_leaves_no_renode(any_image_of: ImageOf) -> None:
    emulator = renode.Emulator(any_image_of("netduinoplus2").elf, boards.load("netduinoplus2"))
    group = emulator.process_group
    assert alive(group)
    emulator.close()
    assert_gone(group)


@needs_renode
@projects.needs_compiler
@pytest.mark.parametrize("board", ["mps2-an386", "netduinoplus2", "hifive1"])
def test_a_project_passes_its_own_test_in_renode(tmp_path: Path, board: str) -> None:
    assert RENODE
    tester = shutil.which("renode-test", path=f"{Path(RENODE).parent}{os.pathsep}{os.environ['PATH']}")
    if tester is None:
        pytest.skip("renode-test is not installed")
    if subprocess.run(["python3", "-c", "import robot, psutil, yaml"], capture_output=True, timeout=60).returncode:
        pytest.skip("robotframework, which renode-test needs, is not installed")
    plan = plans.make(graph.read(small_models.classifier()))
    project = generate(plan, boards.load(board), ORIGIN, tmp_path / "p")
    build_image(project.path)
    results = tmp_path / "results"  # which renode-test writes where it is started
    results.mkdir()
    command = [tester, str(project.path / f"renode/{board}.robot")]
    run = subprocess.run(command, cwd=results, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]

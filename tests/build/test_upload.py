"""The program that writes a flash (templates/platform/builder/upload.py), without a board.

With a tool that is installed, no probe must be found; what a tool is asked to do is told by a program of its name
that notes its arguments.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.build import projects
from tinyml import board as boards
from tinyml import resources
from tinyml.board import UPLOAD_TOOLS
from tinyml.generate import platformio
from tinyml.plan.placement import place

UPLOAD = resources.templates() / "platform" / "builder" / "upload.py"
OPENOCD_SCRIPTS = Path("/usr/share/openocd/scripts")
TOOL_SECONDS = 20


@pytest.fixture
def image(tmp_path):
    """An image's three files; their contents do not matter here."""
    folder = tmp_path / "a b" / "build"
    folder.mkdir(parents=True)
    for suffix in ("elf", "bin", "uf2"):
        (folder / f"firmware.{suffix}").write_bytes(b"image")
    return folder / "firmware.elf"


@pytest.fixture
def upload(image, tmp_path, monkeypatch):
    """Run the program for an [upload] table; PATH holds only what the test puts into `tmp_path/bin`."""
    tools = tmp_path / "bin"
    tools.mkdir()

    def call(table, *options, path=str(tools)):
        manifest = tmp_path / "board.json"
        table = {"address": 0x08000000, "note": "", **table}
        manifest.write_text(json.dumps({"name": "Board", "upload": table}))
        monkeypatch.setenv("PATH", path)
        return subprocess.run(
            [sys.executable, str(UPLOAD), str(manifest), str(image), *options],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
        )

    return call


def install(tmp_path, name, script="", code=0):
    """Put a program on the test's PATH that notes its folder and arguments and ends with `code`."""
    program = tmp_path / "bin" / name
    program.write_text(f'#!/bin/sh\n{{ pwd; printf "%s\\n" "$@"; }} > "{tmp_path}/asked"\n{script}\nexit {code}\n')
    program.chmod(0o755)


def asked(tmp_path):
    folder, *arguments = (tmp_path / "asked").read_text().splitlines()
    return Path(folder), arguments


COMMANDS = {
    "openocd": ("openocd", {"config": ["interface/stlink.cfg", "target/stm32f4x.cfg"]}),
    "jlink": ("JLinkExe", {"chip": "nRF5340_xxAA_APP"}),
    "pyocd": ("pyocd", {"chip": "nrf52840"}),
    "dfu": ("dfu-util", {"usb": "0483:df11"}),
}


def test_every_tool_of_a_board_file_is_known_here():
    assert set(COMMANDS) | {"bossac", "uf2", "none"} == set(UPLOAD_TOOLS)


def test_a_tool_that_writes_one_region_refuses_an_image_in_two(upload, image, tmp_path):
    for tool in ("dfu", "jlink"):
        program, facts = COMMANDS[tool]
        install(tmp_path, program)
        done = upload({"tool": tool, "weights_apart": True, **facts})
        assert done.returncode == 2
        assert f"the image lies in two flash regions, of which {tool} writes one" in done.stderr
        assert not (tmp_path / "asked").exists()


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        (
            "openocd",
            "-c|gdb_port disabled; tcl_port disabled; telnet_port disabled|-f|interface/stlink.cfg|-f|"
            "target/stm32f4x.cfg|-c|program firmware.elf verify reset exit",
        ),
        (
            "jlink",
            "-NoGui|1|-ExitOnError|1|-AutoConnect|1|-Device|nRF5340_xxAA_APP|-If|SWD|-Speed|4000|"
            "-CommandFile|upload.jlink",
        ),
        ("pyocd", "load|--no-wait|--target|nrf52840|firmware.elf"),
        (
            "dfu",
            "--device|0483:df11|--alt|0|--dfuse-address|0x08000000:leave|--download|firmware.bin",
        ),
    ],
)
def test_what_a_tool_is_asked(upload, image, tmp_path, tool, arguments):
    program, facts = COMMANDS[tool]
    install(tmp_path, program)
    done = upload({"tool": tool, **facts})
    assert done.returncode == 0, done.stderr
    assert asked(tmp_path) == (image.parent, arguments.split("|"))


def test_j_link_writes_the_image_to_where_the_flash_begins(upload, image, tmp_path):
    install(tmp_path, "JLinkExe")
    assert upload({"tool": "jlink", "chip": "nRF52840_xxAA", "address": 0x1000}).returncode == 0
    assert (image.parent / "upload.jlink").read_text() == "r\nloadbin firmware.bin, 0x1000\nr\ng\nqc\n"


@pytest.mark.parametrize("tool", COMMANDS)
def test_a_missing_tool_is_named_with_what_installs_it(upload, tool):
    program, facts = COMMANDS[tool]
    done = upload({"tool": tool, **facts})
    assert done.returncode == 3
    error, following = done.stderr.splitlines()
    assert error == f"Error: {program} is not installed, which writes the flash of this board"
    assert "pio pkg install" in following


def test_a_package_of_platformio_serves_too(upload, tmp_path):
    package = tmp_path / "packages" / "tool-openocd"
    (package / "bin").mkdir(parents=True)
    (package / "openocd" / "scripts").mkdir(parents=True)
    install(tmp_path, "openocd")
    (tmp_path / "bin" / "openocd").rename(package / "bin" / "openocd")
    done = upload({"tool": "openocd", "config": ["target/a.cfg"]}, "--packages", str(tmp_path / "packages"))
    assert done.returncode == 0, done.stderr
    assert asked(tmp_path)[1][:2] == ["-s", str(package / "openocd" / "scripts")]


def test_a_tool_that_hangs_is_ended(upload, tmp_path):
    install(tmp_path, "openocd", "exec /bin/sleep 60")
    done = upload({"tool": "openocd", "config": ["target/a.cfg"]}, "--limit", "0.5")
    assert done.returncode == 3
    assert "Error: openocd did not end within 0.5 seconds" in done.stderr


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Error: open failed", "no probe found: openocd sees no board"),
        (
            "Error: libusb_open() failed with LIBUSB_ERROR_ACCESS\nError: open failed",
            "may not use the board's USB",
        ),
        ("Info : ok\nError: timed out while waiting for target halted", "openocd failed: Error: timed out"),
        ("", "openocd failed: exit code 1"),
    ],
)
def test_a_failure_is_one_sentence(upload, tmp_path, said, sentence):
    install(tmp_path, "openocd", f'echo "{said}" >&2', code=1)
    done = upload({"tool": "openocd", "config": ["target/a.cfg"], "note": "hold BOOT0"})
    assert done.returncode == 3
    assert sentence in done.stderr.splitlines()[0]
    assert said in done.stdout
    assert ("hold BOOT0" in done.stderr) == ("no probe" in sentence)


@pytest.mark.parametrize("table", [{}, {"tool": "none", "note": "it loads from its SD card"}])
def test_a_board_that_cannot_be_written_says_why_and_where_the_image_is(upload, image, table):
    done = upload(table)
    assert done.returncode == 2
    assert table.get("note", "its board file has no [upload]") in done.stderr
    assert f"{image.with_suffix('.bin')} to 0x08000000" in done.stderr


@pytest.fixture
def drive(tmp_path):
    folder = tmp_path / "RPI-RP2"
    folder.mkdir()
    (folder / "INFO_UF2.TXT").write_text("UF2 Bootloader")
    return folder


def test_a_uf2_bootloader_gets_its_file(upload, drive):
    done = upload({"tool": "uf2", "drive": "RPI-RP2"}, "--port", str(drive))
    assert done.returncode == 0, done.stderr
    assert (drive / "firmware.uf2").read_bytes() == b"image"


def test_another_drive_is_not_written(upload, drive):
    (drive / "INFO_UF2.TXT").unlink()
    done = upload({"tool": "uf2", "drive": "RPI-RP2"}, "--port", str(drive))
    assert done.returncode == 3
    assert "is not the drive of a UF2 bootloader" in done.stderr
    assert list(drive.iterdir()) == []


def test_a_bootloader_that_does_not_run_is_told(upload):
    done = upload({"tool": "uf2", "drive": "NO-SUCH-DRIVE"})
    assert done.returncode == 3
    assert "no drive called NO-SUCH-DRIVE is mounted" in done.stderr


def test_bossac_needs_a_port_that_exists(upload, tmp_path):
    install(tmp_path, "bossac")
    assert upload({"tool": "bossac"}).returncode == 2
    done = upload({"tool": "bossac"}, "--port", str(tmp_path / "ttyNONE"))
    assert done.returncode == 3
    assert "cannot be opened" in done.stderr


def real(tool):
    """Return the folder of a program that is installed on this machine."""
    return str(Path(shutil.which(tool) or "").parent)


@pytest.mark.parametrize(
    "tool", [pytest.param(tool, marks=projects.needs(program)) for tool, (program, _) in COMMANDS.items()]
)
def test_without_a_probe_the_real_tool_takes_its_command_and_finds_none(upload, tool):
    program, facts = COMMANDS[tool]
    done = upload({"tool": tool, **facts}, "--limit", str(TOOL_SECONDS), path=real(program))
    assert done.returncode == 3
    assert f"Error: no probe found: {program} sees no board" in done.stderr, done.stdout


def files_of_openocd():
    named = {board: boards.load(board).upload for board in boards.names()}
    return [pytest.param(board, id=board) for board, upload in named.items() if upload and upload.config]


@pytest.mark.skipif(not OPENOCD_SCRIPTS.is_dir(), reason="needs OpenOCD's configuration, which is not installed")
@pytest.mark.parametrize("board", files_of_openocd())
def test_openocd_has_the_files_that_a_board_names(board):
    for name in boards.load(board).upload.config:
        assert (OPENOCD_SCRIPTS / name).is_file()


@projects.needs("openocd")
@pytest.mark.parametrize("board", files_of_openocd())
def test_openocd_takes_a_boards_files_and_misses_only_the_probe(board, image, tmp_path):
    path = tmp_path / "board.json"
    facts = boards.load(board)
    path.write_text(platformio.files(facts, place(facts, {}, {}))[f"platforms/tinyml/boards/{board}.json"])
    command = [sys.executable, str(UPLOAD), str(path), str(image), "--limit", str(TOOL_SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3
    assert "Error: no probe found: openocd sees no board" in done.stderr, done.stdout

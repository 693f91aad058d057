"""boards/README.md: every command in it is run, and the board of its example is built."""

import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests import small_models
from tests.build import images, projects
from tinyml import board as boards
from tinyml import resources
from tinyml.build import build
from tinyml.cli.application import run

TEXT = (resources.boards() / "README.md").read_text(encoding="utf-8")
BLOCKS = [textwrap.dedent(block) for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", TEXT, re.M)]
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.startswith(("tinyml ", "pytest "))]
EXAMPLE = next(block.strip() + "\n" for block in BLOCKS if "[console]" in block)


def test_the_commands_are_those_that_are_run_below():
    assert [command.split()[:2] for command in COMMANDS] == [
        *(["tinyml", verb] for verb in ("boards", "boards", "generate", "build", "flash", "validate")),
        ["pytest", "tests/test_board.py"],
    ]


@projects.needs_compiler
def test_the_steps_lead_from_nothing_to_the_wait_for_a_board(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(shutil.which("arm-none-eabi-gcc")).parent))
    Path("model.tflite").write_bytes(small_models.classifier())
    begin, look, generate, compile_, flash, validate = (shlex.split(command)[1:] for command in COMMANDS[:6])
    assert run(begin) == 0
    assert run(look) == 2
    assert "still to be filled in" in capsys.readouterr().err
    Path("weact-f411.toml").write_text(EXAMPLE)
    for command in (look, generate, compile_):
        assert run(command) == 0, capsys.readouterr().err
    # Without a board, and perhaps without the tool, these two tell so.
    assert run(flash) == 3
    assert re.search("no probe found|is not installed", capsys.readouterr().err)
    assert run([*validate[:-1], "/dev/tty-that-is-not-there"]) == 3
    assert "cannot be opened" in capsys.readouterr().err


@projects.needs_compiler
def test_the_example_builds_an_image_that_starts(tmp_path):
    path = tmp_path / "weact-f411.toml"
    path.write_text(EXAMPLE)
    images.check(build(projects.write(tmp_path / "project", str(path)).path))


def test_the_tests_of_step_5_are_there_for_every_board():
    *_, selector, name = shlex.split(COMMANDS[6])
    assert (selector, name) == ("-k", "weact-f411")
    files = shlex.split(COMMANDS[6])[1:-2]
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *files, "-k", "netduinoplus2"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120).stdout
    assert "test_every_board_of_tinyml_is_sound[netduinoplus2]" in listed
    assert "test_every_board_builds_an_image_that_starts[netduinoplus2]" in listed
    assert "test_every_register_that_the_start_needs_is_described[netduinoplus2]" in listed


@pytest.mark.parametrize("tool", boards.UPLOAD_TOOLS)
def test_every_tool_that_flashes_is_in_the_table(tool):
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{tool}` | "))
    key = boards.UPLOAD_TOOLS[tool]
    assert key is None or f"`{key} = " in row


def test_every_table_of_a_board_file_is_named():
    for name in boards.load("netduinoplus2").__dataclass_fields__:
        if name in ("clock", "memory", "console", "counter", "platformio", "upload", "image", "place", "qemu"):
            assert re.search(rf"^\| `\[+{name}\]+` \|", TEXT, re.M), name

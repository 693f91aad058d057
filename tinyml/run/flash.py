"""Writes an image into a board's flash, by the program that the project carries for PlatformIO's upload target."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tinyml import process
from tinyml.board import Board
from tinyml.build import Image, toolchain
from tinyml.errors import BoardError, DeviceError, ProjectError

TIME_LIMIT_SECONDS = 180.0  # ST-LINK writes 2 MiB in about a minute
_SLACK_SECONDS = 10.0
_LOG = Path(".pio") / "tinyml-upload.log"
_PLATFORM = Path("platforms") / "tinyml"
_ERROR = re.compile(r"^Error: (?P<sentence>.+)(?:\nNext:  (?P<hint>.+))?", re.M)
_WRONG_INPUT = BoardError.exit_code


def flash(
    image: Image, board: Board, port: str | None = None, timeout_seconds: float = TIME_LIMIT_SECONDS
) -> None:
    """Write `image` into the flash of `board`, which is connected, and start it.

    Args:
        image: the built project.
        board: the board that it was built for.
        port: for bossac the serial port of the board, for uf2 the folder of the bootloader's drive, where it is
            not mounted at the usual place.
        timeout_seconds: how long the tool that writes may take.

    Raises:
        BoardError: the board's file does not say how, or says that it cannot be done from here.
        ProjectError: the project lacks the program that writes.
        DeviceError: the tool is not installed, no board is connected, or the tool failed.
    """
    program = image.project / _PLATFORM / "builder" / "upload.py"
    manifest = image.project / _PLATFORM / "boards" / f"{board.name}.json"
    if not program.is_file() or not manifest.is_file():
        raise ProjectError(f"the project {str(image.project)!r} cannot write a flash", "Generate it again.")
    command = [
        *(sys.executable, "-P", str(program), str(manifest), str(image.elf)),
        *("--packages", str(toolchain.core_folder() / "packages"), "--limit", f"{timeout_seconds:g}"),
        *(() if port is None else ("--port", port)),
    ]
    log = image.project / _LOG
    try:
        with log.open("wb") as output:
            code = process.run(
                command,
                cwd=Path.cwd(),  # a port may be given relative to it
                env=os.environ,
                output=output,
                timeout_seconds=timeout_seconds + _SLACK_SECONDS,
            )
    except subprocess.TimeoutExpired:
        raise DeviceError(f"writing the flash did not end within {timeout_seconds:g} seconds") from None
    if code != 0:
        raise _failure(code, log)


def _failure(code: int, log: Path) -> BoardError | DeviceError:
    """Return what the program said last: a sentence and the next step."""
    found = list(_ERROR.finditer(log.read_text(encoding="utf-8", errors="replace")))
    if not found:
        return DeviceError(f"writing the flash failed with exit code {code}", f"What was said is in {log}.")
    kind = BoardError if code == _WRONG_INPUT else DeviceError
    return kind(found[-1]["sentence"], f"{found[-1]['hint'] or ''} The whole log is {log}.".strip())

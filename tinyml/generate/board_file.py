"""Starts the file of a board that tinyml does not know: empty, or with the facts of a board that is like it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tinyml import architecture
from tinyml import board as boards
from tinyml.board import EVIDENCE_LEVELS, NAME, TO_FILL_IN, Board
from tinyml.errors import BoardError
from tinyml.generate import platformio
from tinyml.plan.budget import STACK_BYTES
from tinyml.render import render

# Tables that tell what was found out with the known board, and hold for no other.
_PROVEN = ("qemu", "renode", "evidence")

# What differs between boards of one chip family, and what to compare it with.
_CHECKS = {
    ("", "cpu"): "the core of your chip",
    ("", "flags"): "its floating-point unit",
    ("", "stack_bytes"): "enough for your chip's RAM",
    ("", "documents"): "the documents of your chip and board",
    ("clock", "hz"): "the highest clock of your chip",
    ("clock", "crystal_hz"): "the crystal on your board",
    ("clock", "bypass"): "whether a clock signal comes in the crystal's place",
    ("memory", "origin"): "your chip's memory map",
    ("memory", "length"): "your chip's memory map",
    ("memory", "reserved"): "the bootloader of your board",
    ("slots", "sector"): "your chip's flash memory",
    ("console", "peripheral"): "the UART that your board leads to USB or to a connector",
    ("console", "base"): "the address of that UART",
    ("console", "apb"): "the bus of that UART",
    ("console", "enable_bit"): "the bit of that UART",
    ("console", "tx"): "the pin on your board",
    ("console", "rx"): "the pin on your board",
    ("console", "alternate_function"): "the number of that UART on these pins",
    ("counter", "base"): "whether your chip has this counter",
    ("platformio", "mcu"): "the name of your chip",
    ("upload", "tool"): "how your board is flashed",
}
_CHECKS |= {(table, "note"): "whether it holds" for table in ("memory", "console", "counter", "upload")}
_HEADER = re.compile(r"\[\[?([\w.-]+)\]")
_KEY = re.compile(r"(\w+) = ")


def start(name: str, like: str | None, folder: Path) -> Path:
    """Write NAME.toml into `folder`, to be filled in, and return its path.

    Args:
        name: of the new board.
        like: a known board, or a board file, whose facts are the beginning; None for an empty file.
        folder: where to write.

    Raises:
        BoardError: the name is not allowed or taken, `like` is not known, or the file exists.
    """
    if not re.fullmatch(NAME, name):
        raise BoardError(f"a board cannot be called {name!r}", "Use lower-case letters, digits, - and _.")
    if name in boards.names():
        raise BoardError(f"tinyml knows a board called {name} already", f"See `tinyml boards {name}`.")
    path = folder / f"{name}.toml"
    text = _empty(name) if like is None else _adapted(name, boards.load(like))
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise BoardError(f"{path} exists already, and is not overwritten", "Give another name.") from None
    return path


def _empty(name: str) -> str:
    known = [boards.load(board) for board in boards.names()]
    flags = {board.cpu: json.dumps(board.flags) for board in known}
    chips = {
        port: sorted({board.platformio.mcu for board in known if board.port == port})
        for port in platformio.ports()
    }
    return render(
        "board.toml.j2",
        name=name,
        cores=[core for family in architecture.ALL for core in family.cores],
        flags=sorted(flags.items()),
        ports=[(port, ", ".join(found)) for port, found in chips.items()],
        stack_bytes=STACK_BYTES,
        levels=EVIDENCE_LEVELS,
    )


def _adapted(name: str, board: Board) -> str:
    """Return the file of `board` for another board like it: what may differ is marked, proofs are left out."""
    kept = "\n".join(_lines(name, board.text)).rstrip()
    return (
        f"# The board {name}, begun from {board.name}. Fill in every {TO_FILL_IN}, check what is marked, and\n"
        "# remove the marks. `tinyml boards --new` without --like writes a file that explains every key.\n\n"
        f"{kept}\n"
    )


def _lines(name: str, text: str) -> Iterator[str]:
    values = {"name": f'"{name}"', "title": TO_FILL_IN, "vendor": TO_FILL_IN, "url": TO_FILL_IN}
    table = ""
    for line in text.splitlines():
        if header := _HEADER.match(line):
            table = header[1]
        if table in _PROVEN:
            continue
        key = found[1] if (found := _KEY.match(line)) else ""
        if not table and key in values:
            yield f"{key} = {values[key]}"
        elif (check := _CHECKS.get((table, key))) and not line.endswith("\\"):
            yield f"{line}  # check: {check}"
        else:
            yield line

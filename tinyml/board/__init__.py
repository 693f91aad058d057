"""A board: a file of facts, one TOML file a board, read and checked.

The files lie in `boards/`; a user may also give the path of a file of their own. Every key is checked: one that
is not known is refused with its file and line, as is a wrong type, a region of no length, or two regions that
overlap.
"""

from pathlib import Path

from tinyml import resources
from tinyml.board.facts import (
    COUNTER_BITS,
    EVIDENCE_LEVELS,
    PARTS,
    UPLOAD_TOOLS,
    Board,
    Console,
    Counter,
    Evidence,
    ImageFormat,
    Kind,
    MemoryRegion,
    Pin,
    Platformio,
    Qemu,
    Renode,
    SlotMemory,
    Upload,
)
from tinyml.board.file import NAME, TO_FILL_IN, parse, unfilled
from tinyml.errors import BoardError

__all__ = [
    "COUNTER_BITS",
    "EVIDENCE_LEVELS",
    "NAME",
    "PARTS",
    "TO_FILL_IN",
    "UPLOAD_TOOLS",
    "Board",
    "Console",
    "Counter",
    "Evidence",
    "ImageFormat",
    "Kind",
    "MemoryRegion",
    "Pin",
    "Platformio",
    "Qemu",
    "Renode",
    "SlotMemory",
    "Upload",
    "load",
    "names",
    "parse",
    "unfilled",
]


def names() -> list[str]:
    """Return the names of all boards that come with tinyml, sorted."""
    return sorted(path.stem for path in resources.boards().glob("*.toml"))


def load(name_or_path: str | Path) -> Board:
    """Read a board by its name, or from a file of the user's own.

    Args:
        name_or_path: one of names(), or the path of a file that ends in ".toml".

    Raises:
        BoardError: the name is not known, or the file is missing or holds a wrong fact.
    """
    given = str(name_or_path)
    if given.endswith(".toml"):
        path = Path(given)
    elif given in names():
        path = resources.boards() / f"{given}.toml"
    else:
        raise BoardError(
            f"no board is called {given!r}; known are {', '.join(names())}",
            hint="Give one of these names, or the path of a board file of your own that ends in .toml.",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BoardError(f"the board file {path} cannot be read: {error}") from error
    return parse(text, path)

"""What a linker's map says of an image: which object file each piece of the flash comes from."""

import re
from dataclasses import dataclass
from pathlib import Path

from tinyml.errors import BuildError

# Output sections that fill the flash besides constants; see templates/linker.ld.j2.
_CODE = (".text", ".rodata", ".ARM.exidx", ".data")

_OUTPUT = re.compile(r"^(?P<name>\.[\w.]+)", re.MULTILINE)
# A long name of an input section has a line of its own.
_PIECE = re.compile(r"^ (?P<name>\.[\w.$]+)\s+0x[0-9a-f]+\s+0x(?P<size>[0-9a-f]+) (?P<object>\S.*)$", re.MULTILINE)
_MEMBER = re.compile(r"\((?:lib_a-)?(?P<name>[^()]+)\)$")
_KIND = re.compile(r"^\.(?:text|rodata|data)(?:\.unlikely|\.startup)?\.?")


@dataclass(frozen=True)
class Piece:
    """What one input section adds to the flash.

    Attributes:
        section: the input section's name, such as ".text.tm_crc32".
        symbol: what the compiler named it after, such as "tm_crc32"; empty for a library's unnamed section.
        source: the object file's name without its ending; for a library's member the member's.
        is_library: whether it comes from the compiler's libraries.
        size: bytes.
    """

    section: str
    symbol: str
    source: str
    is_library: bool
    size: int


def _piece(match: re.Match[str]) -> Piece:
    member = _MEMBER.search(match["object"])
    name = member["name"] if member else match["object"].rpartition("/")[2]
    return Piece(
        section=match["name"],
        symbol=_KIND.sub("", match["name"]),
        source=name.removesuffix(".o"),
        is_library=member is not None,
        size=int(match["size"], 16),
    )


def code_pieces(path: Path) -> list[Piece]:
    """Return the pieces of code, read-only data and initial data in the image that the map `path` tells of.

    Constants (`.tm_constants`) and the gaps between pieces are left out.

    Raises:
        BuildError: the map cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BuildError(f"the linker's map {path} cannot be read: {error}", "Build the project again.") from error
    placed = text[text.find("Linker script and memory map") :]
    starts = [*_OUTPUT.finditer(placed)]
    ends = [*(match.start() for match in starts[1:]), len(placed)]
    return [
        piece
        for start, end in zip(starts, ends, strict=True)
        if start["name"] in _CODE
        for piece in map(_piece, _PIECE.finditer(placed[start.start() : end]))
        if piece.size
    ]

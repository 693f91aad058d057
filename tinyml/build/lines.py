"""Which line of which file an address of an image comes from, and whether a call stands before it."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from elftools.common.exceptions import DWARFError, ELFError
from elftools.dwarf.dwarfinfo import DWARFInfo
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

_FILES_FROM_ZERO = 5  # the version of DWARF since which files and folders are counted from 0


@dataclass(frozen=True)
class _Span:
    """The addresses of a function, or of what was made of a line, and its name or place."""

    start: int
    end: int
    text: str


class Lines:
    """The lines of the image in the ELF file `elf`, which is read when the first address is asked for.

    Where the file cannot be read, or has nothing on an address, the answers are empty: what was to be explained is
    shown without them.
    """

    def __init__(self, elf: Path) -> None:
        self._elf = elf

    def at(self, address: int) -> str:
        """Return the function and the line that `address` lies in, as `name (file:line)`; empty for none."""
        function, row = _find(self._functions, address), _find(self._rows, address)
        if function is None:
            return ""
        return function.text if row is None else f"{function.text} ({row.text})"

    def follows_a_call(self, address: int) -> bool:
        """Return whether the instruction before `address` calls: it may be where a function returns to."""
        if self._machine == "EM_ARM":
            address &= ~1
            long, short = self._halfwords(address - 4, 2), self._halfwords(address - 2, 1)
            is_bl = len(long) == 2 and long[0] >> 11 == 0b11110 and long[1] & 0xD000 == 0xD000
            return is_bl or (len(short) == 1 and short[0] & 0xFF87 == 0x4780)  # blx register
        long, short = self._halfwords(address - 4, 2), self._halfwords(address - 2, 1)
        is_jal = len(long) == 2 and long[0] & 0x7F in (0x6F, 0x67) and long[0] >> 7 & 31 == 1  # links to ra
        is_short = len(short) == 1 and (short[0] & 0xF07F == 0x9002 or short[0] & 0xE003 == 0x2001)
        return is_jal or is_short

    def _halfwords(self, address: int, count: int) -> list[int]:
        for start, data in self._code:
            if start <= address <= start + len(data) - 2 * count:
                at = address - start
                return [int.from_bytes(data[at + 2 * i : at + 2 * i + 2], "little") for i in range(count)]
        return []

    @cached_property
    def _content(self) -> tuple[str, list[tuple[int, bytes]], list[_Span], list[_Span]]:
        try:
            with self._elf.open("rb") as stream:
                elf = ELFFile(stream)
                rows = (
                    sorted(_rows(elf.get_dwarf_info()), key=lambda row: row.start) if elf.has_dwarf_info() else []
                )
                return elf["e_machine"], _code(elf), sorted(_functions(elf), key=lambda f: f.start), rows
        except (OSError, ELFError, DWARFError):
            return "", [], [], []

    @property
    def _machine(self) -> str:
        return self._content[0]

    @property
    def _code(self) -> list[tuple[int, bytes]]:
        return self._content[1]

    @property
    def _functions(self) -> list[_Span]:
        return self._content[2]

    @property
    def _rows(self) -> list[_Span]:
        return self._content[3]


def _find(parts: list[_Span], address: int) -> _Span | None:
    """Return the part of `parts`, sorted, that `address` lies in."""
    at = bisect_right(parts, address, key=lambda part: part.start) - 1
    return parts[at] if at >= 0 and address < parts[at].end else None


def _code(elf: ELFFile) -> list[tuple[int, bytes]]:
    """Return address and bytes of each section of code."""
    return [(s["sh_addr"], s.data()) for s in elf.iter_sections() if s["sh_flags"] & SH_FLAGS.SHF_EXECINSTR]


def _functions(elf: ELFFile) -> Iterator[_Span]:
    thumb = 1 if elf["e_machine"] == "EM_ARM" else 0  # the lowest bit of a function's address tells of Thumb code
    for table in elf.iter_sections():
        if isinstance(table, SymbolTableSection):
            for symbol in table.iter_symbols():
                if symbol["st_info"]["type"] == "STT_FUNC" and symbol["st_size"]:
                    start = symbol["st_value"] & ~thumb
                    yield _Span(start, start + symbol["st_size"], symbol.name)


def _rows(dwarf: DWARFInfo) -> Iterator[_Span]:
    for unit in dwarf.iter_CUs():
        program = dwarf.line_program_for_CU(unit)
        if program is None:
            continue
        last = None
        for entry in program.get_entries():
            state = entry.state
            if state is None:
                continue
            # Sections that the linker dropped have their lines at address 0.
            if last is not None and last.address and last.address < state.address:
                yield _Span(last.address, state.address, _place(program.header, last.file, last.line))
            last = None if state.end_sequence else state


def _place(header: Any, file: int, line: int) -> str:
    """Return a file's name with its folder, and the line."""
    first = 0 if header["version"] >= _FILES_FROM_ZERO else 1  # its own: it may be another than the unit's
    entry = header["file_entry"][file - first]
    index = entry.dir_index - first
    folder = header["include_directory"][index].decode(errors="replace") if index >= 0 else ""
    return f"{PurePosixPath(folder) / entry.name.decode(errors='replace')}:{line}"

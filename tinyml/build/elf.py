"""What an ELF file says of an image: how large each part of it is."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from tinyml.errors import BuildError

# The sections that templates/linker.ld.j2 gives to the parts that are told apart.
_CONSTANTS, _ARENA, _LINK, _STACK = ".tm_constants", ".tm_arena", ".tm_link", ".tm_stack"
_LARGEST_ALIGNMENT = 4096


@dataclass(frozen=True)
class Sizes:
    """The parts of an image, in bytes.

    Attributes:
        code: all of the flash but the constants: code, read-only data, and the first values of variables.
        constants: weights, biases and requantization tables.
        flash_total: the flash that the image fills, code and constants together.
        arena: the arena with the guards around it.
        link: the buffers of the link.
        static: all other RAM without the stack: variables.
        stack: the RAM set aside for the stack.
    """

    code: int
    constants: int
    flash_total: int
    arena: int
    link: int
    static: int
    stack: int


def sizes(path: Path) -> Sizes:
    """Read the sizes of the image in the ELF file `path`.

    Raises:
        BuildError: the file is missing or no ELF file.
    """
    try:
        with path.open("rb") as stream:
            return _sizes(ELFFile(stream))
    except (OSError, ELFError) as error:
        raise BuildError(f"the image {path} cannot be read: {error}") from error


@dataclass(frozen=True)
class Symbol:
    """A function or a variable of an image: its bytes, and whether it is one of the constants."""

    size: int
    is_constant: bool


def symbols(path: Path) -> dict[str, Symbol]:
    """Return the functions and variables of the ELF file `path` by their names.

    Raises:
        BuildError: the file is missing or no ELF file.
    """
    try:
        with path.open("rb") as stream:
            elf = ELFFile(stream)
            table = elf.get_section_by_name(".symtab")
            sections = [section.name for section in elf.iter_sections()]
            found = list(table.iter_symbols()) if isinstance(table, SymbolTableSection) else []
    except (OSError, ELFError) as error:
        raise BuildError(f"the image {path} cannot be read: {error}") from error
    return {
        symbol.name: Symbol(symbol["st_size"], sections[symbol["st_shndx"]] == _CONSTANTS)
        for symbol in found
        if symbol["st_size"] and isinstance(symbol["st_shndx"], int)
    }


def occupied(path: Path) -> list[range]:
    """Return the addresses that each section of the ELF file `path` takes when it runs.

    Raises:
        BuildError: the file is missing or no ELF file.
    """
    try:
        with path.open("rb") as stream:
            sections = [s for s in ELFFile(stream).iter_sections() if s["sh_flags"] & SH_FLAGS.SHF_ALLOC]
    except (OSError, ELFError) as error:
        raise BuildError(f"the image {path} cannot be read: {error}") from error
    return [range(s["sh_addr"], s["sh_addr"] + s["sh_size"]) for s in sections if s["sh_size"]]


def _sizes(elf: ELFFile) -> Sizes:
    flash_total = _loaded_bytes(elf)
    constants = 0
    ram = {_ARENA: 0, _LINK: 0, _STACK: 0}
    static = 0
    for section in elf.iter_sections():
        size, flags = section["sh_size"], section["sh_flags"]
        if not flags & SH_FLAGS.SHF_ALLOC:
            continue
        if section.name == _CONSTANTS:
            constants = size
        elif section.name in ram:
            ram[section.name] = size
        elif flags & SH_FLAGS.SHF_WRITE or section["sh_type"] == "SHT_NOBITS":
            static += size
    return Sizes(
        code=flash_total - constants,
        constants=constants,
        flash_total=flash_total,
        arena=ram[_ARENA],
        link=ram[_LINK],
        static=static,
        stack=ram[_STACK],
    )


def _loaded_bytes(elf: ELFFile) -> int:
    """Return how many bytes of flash the image fills, with the gaps that alignment leaves between its parts."""
    loaded = sorted((s["p_paddr"], s["p_filesz"]) for s in elf.iter_segments("PT_LOAD") if s["p_filesz"] > 0)
    total = sum(size for _, size in loaded)
    for (start, size), (following, _) in pairwise(loaded):
        gap: int = following - (start + size)
        total += gap if gap < _LARGEST_ALIGNMENT else 0  # a larger one leads to another memory region
    return total

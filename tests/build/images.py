"""A built image against its board: each check states what a chip or a bootloader asks of an image."""

from dataclasses import dataclass
from itertools import combinations

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from tinyml.board import Board, MemoryRegion
from tinyml.build import Image
from tinyml.generate.project import Project

BOOT2_BYTES = 256
_UF2_BLOCK, _UF2_PAYLOAD = 512, 256
_UF2_MAGIC = (0x0A324655, 0x9E5D5157, 0x0AB16F30)
_UF2_HAS_FAMILY = 0x2000
_SMALLEST_TABLE = 128  # VTOR has no bits below


@dataclass(frozen=True)
class Symbol:
    """A symbol: its address as the ELF file has it, and its bytes."""

    address: int
    size: int


@dataclass(frozen=True)
class Built:
    """What an ELF file and its binary hold.

    Attributes:
        board: what the image was built for.
        start: where its region's free part begins.
        entry: the entry point.
        loads: the addresses in flash of each segment that is stored, with its bytes.
        sections: name and run addresses of each section that takes memory.
        symbols: by name.
        binary: firmware.bin.
        uf2: firmware.uf2, or None.
    """

    board: Board
    start: int
    entry: int
    loads: list[tuple[range, bytes]]
    sections: list[tuple[str, range]]
    symbols: dict[str, Symbol]
    binary: bytes
    uf2: bytes | None

    @staticmethod
    def read(image: Image) -> "Built":
        project = Project.load(image.project)
        board = project.board()
        with image.elf.open("rb") as stream:
            elf = ELFFile(stream)
            stored = [s for s in elf.iter_segments("PT_LOAD") if s["p_filesz"]]
            loads = [(range(s["p_paddr"], s["p_paddr"] + s["p_filesz"]), s.data()) for s in stored]
            taken = [s for s in elf.iter_sections() if s["sh_flags"] & SH_FLAGS.SHF_ALLOC and s["sh_size"]]
            sections = [(s.name, range(s["sh_addr"], s["sh_addr"] + s["sh_size"])) for s in taken]
            table = elf.get_section_by_name(".symtab")
            symbols = {s.name: Symbol(s["st_value"], s["st_size"]) for s in table.iter_symbols()}
            entry = elf["e_entry"]
        uf2 = image.elf.with_suffix(".uf2")
        return Built(
            board,
            board.region(project.manifest["placement"]["image"]).start,
            entry,
            sorted(loads, key=lambda load: load[0].start),
            sections,
            symbols,
            image.binary.read_bytes(),
            uf2.read_bytes() if uf2.is_file() else None,
        )

    @property
    def table(self) -> int:
        """Where the vector table must be: first, but for a second-stage loader."""
        return self.start + (BOOT2_BYTES if self.board.image.boot2 else 0)

    def word(self, address: int) -> int:
        """Return the stored word at `address`."""
        for place, data in self.loads:
            if address in place:
                offset = address - place.start
                return int.from_bytes(data[offset : offset + 4], "little")
        raise AssertionError(f"nothing is stored at {address:#x}")


def _regions(board: Board, kind: str) -> list[MemoryRegion]:
    return [region for region in board.memory if region.kind == kind and region.mapped]


def _within(place: range, regions: list[MemoryRegion]) -> bool:
    return any(region.start <= place.start and place.stop <= region.end for region in regions)


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


def check_vectors(built: Built) -> None:
    """The core reads its first stack pointer and instruction from the table, and VTOR takes its address."""
    table, start = built.symbols["tm_vectors"], built.symbols["tm_start"]
    assert table.address == built.table
    alignment = max(_SMALLEST_TABLE, 1 << (table.size - 1).bit_length())
    assert table.address % alignment == 0, f"{table.size} bytes of vectors at {table.address:#x}"
    stack, reset = built.word(table.address), built.word(table.address + 4)
    assert stack == built.symbols["__tm_stack_top"].address
    assert stack % 8 == 0
    assert any(region.start < stack <= region.end for region in _regions(built.board, "ram"))
    assert reset & 1, "the reset vector lacks the thumb bit"
    assert reset == start.address | 1 == built.entry | 1
    assert _within(range(reset & ~1, (reset & ~1) + 2), _regions(built.board, "flash"))


def check_first_instruction(built: Built) -> None:
    """The reset goes to where the image begins."""
    assert built.entry == built.symbols["tm_start"].address == built.start


def check_memory(built: Built) -> None:
    """Everything lies in regions of the board, behind what they reserve, and nothing twice."""
    for place, _ in built.loads:
        assert _within(place, _regions(built.board, "flash")), f"{place} is stored outside the flash"
    for name, place in built.sections:
        assert _within(place, _regions(built.board, "flash") + _regions(built.board, "ram")), f"{name} at {place}"
    for (one, _), (other, _) in combinations(built.loads, 2):
        assert not _overlap(one, other), f"{one} and {other} are stored at the same place"
    for (name, one), (other_name, other) in combinations(built.sections, 2):
        assert not _overlap(one, other), f"{name} and {other_name} are at the same place"


def check_ram(built: Built) -> None:
    """What is written lies in RAM, and the stack begins where an overflow leaves it."""
    places = dict(built.sections)
    for name in (".tm_stack", ".tm_arena", ".tm_link", ".data", ".bss"):
        assert _within(places[name], _regions(built.board, "ram")), f"{name} at {places[name]}"
    assert places[".tm_stack"].start in {region.start for region in _regions(built.board, "ram")}


def check_binary(built: Built) -> None:
    """firmware.bin is what is stored, from the beginning of the image on."""
    assert built.loads[0][0].start == built.start
    assert len(built.binary) == built.loads[-1][0].stop - built.start
    for place, data in built.loads:
        assert built.binary[place.start - built.start : place.stop - built.start] == data


def crc32_mpeg2(data: bytes) -> int:
    """Return the checksum that the RP2040's ROM asks of a second-stage loader: not reflected, not inverted."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc >> 31 else crc << 1) & 0xFFFFFFFF
    return crc


def check_boot2(built: Built) -> None:
    """The ROM starts the second-stage loader only with its checksum."""
    boot2 = built.binary[:BOOT2_BYTES]
    assert crc32_mpeg2(boot2[:-4]) == int.from_bytes(boot2[-4:], "little")


def check_uf2(built: Built) -> None:
    """The bootloader gets all bytes, in blocks of the board's family, at their addresses."""
    assert built.uf2 is not None, "there is no firmware.uf2"
    assert built.uf2
    assert len(built.uf2) % _UF2_BLOCK == 0
    blocks = [built.uf2[i : i + _UF2_BLOCK] for i in range(0, len(built.uf2), _UF2_BLOCK)]
    stored = b""
    for index, block in enumerate(blocks):
        words = [int.from_bytes(block[i : i + 4], "little") for i in range(0, 32, 4)]
        first, second, flags, address, size, number, count, family = words
        assert (first, second, int.from_bytes(block[-4:], "little")) == _UF2_MAGIC
        assert flags & _UF2_HAS_FAMILY
        assert family == built.board.image.uf2_family
        assert (number, count, size) == (index, len(blocks), _UF2_PAYLOAD)
        assert address == built.start + index * _UF2_PAYLOAD
        stored += block[32 : 32 + size]
    assert stored[: len(built.binary)] == built.binary
    assert not any(stored[len(built.binary) :])


def check(image: Image) -> None:
    """Check all that applies to the image's board."""
    built = Built.read(image)
    if built.board.architecture.name == "cortex_m":
        check_vectors(built)
    else:
        check_first_instruction(built)
    check_memory(built)
    check_ram(built)
    check_binary(built)
    if built.board.image.boot2 is not None:
        check_boot2(built)
    if built.board.image.uf2_family is not None:
        check_uf2(built)

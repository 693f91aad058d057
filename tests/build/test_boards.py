"""Every board builds, and its image is what its chip starts."""

from dataclasses import replace

import pytest

from tests.build import images, projects
from tinyml import board as boards
from tinyml.board import ImageFormat
from tinyml.build import build

EVERY_BOARD = [
    pytest.param(name, marks=projects.needs(boards.load(name).architecture.compiler)) for name in boards.names()
]


@pytest.mark.parametrize("name", EVERY_BOARD)
def test_every_board_builds_an_image_that_starts(name, tmp_path):
    images.check(build(projects.write(tmp_path, name).path))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A sound image, which a test damages."""
    return images.Built.read(build(projects.write(tmp_path_factory.mktemp("m4"), "netduinoplus2").path))


def moved(board, **changes):
    """Return `board` with other facts of its first region."""
    return replace(board, memory=(replace(board.memory[0], **changes), *board.memory[1:]))


def patched(built, offset, value):
    """Return `built` with another word in its first stored segment."""
    (place, data), *others = built.loads
    data = data[:offset] + value.to_bytes(4, "little") + data[offset + 4 :]
    return replace(built, loads=[(place, data), *others])


@projects.needs_compiler
class TestDamagedImages:
    """The checks find what they are for."""

    def test_a_stack_pointer_outside_ram(self, built):
        with pytest.raises(AssertionError):
            images.check_vectors(patched(built, 0, 0x2F000000))

    def test_a_reset_vector_without_the_thumb_bit(self, built):
        with pytest.raises(AssertionError, match="thumb"):
            images.check_vectors(patched(built, 4, built.word(built.table + 4) & ~1))

    def test_vectors_that_are_not_aligned(self, built):
        off = replace(built.symbols["tm_vectors"], address=built.start + 64)
        with pytest.raises(AssertionError):
            images.check_vectors(replace(built, start=off.address, symbols={**built.symbols, "tm_vectors": off}))

    def test_an_image_over_its_bootloader(self, built):
        with pytest.raises(AssertionError, match="outside the flash"):
            images.check_memory(replace(built, board=moved(built.board, reserved=16)))

    def test_a_section_beyond_its_region(self, built):
        with pytest.raises(AssertionError):
            images.check_memory(replace(built, board=moved(built.board, length=64)))

    def test_sections_at_the_same_place(self, built):
        twice = [*built.sections, (".other", range(built.sections[0][1].start, built.sections[0][1].start + 4))]
        with pytest.raises(AssertionError, match="same place"):
            images.check_memory(replace(built, sections=twice))

    def test_an_arena_in_flash(self, built):
        sections = [(n, built.sections[0][1] if n == ".tm_arena" else r) for n, r in built.sections]
        with pytest.raises(AssertionError, match="tm_arena"):
            images.check_ram(replace(built, sections=sections))

    def test_a_binary_that_is_cut(self, built):
        with pytest.raises(AssertionError):
            images.check_binary(replace(built, binary=built.binary[:-1]))


# The check value of CRC-32/MPEG-2, as catalogues of checksums have it.
def test_the_checksum_of_boot2_is_crc_32_mpeg_2():
    assert images.crc32_mpeg2(b"123456789") == 0x0376E6E7


@projects.needs_compiler
def test_a_second_stage_loader_without_its_checksum_is_found(built):
    body = bytes(range(252))
    binary = body + images.crc32_mpeg2(body).to_bytes(4, "little")
    images.check_boot2(replace(built, binary=binary))
    with pytest.raises(AssertionError):
        images.check_boot2(replace(built, binary=b"\1" + binary[1:]))


def uf2(built, family, payload):
    """Return `payload` in blocks, as the format's description has them."""
    chunks = [payload[i : i + 256].ljust(256, b"\0") for i in range(0, len(payload), 256)]
    blocks = b""
    for index, chunk in enumerate(chunks):
        address = built.start + 256 * index
        words = (0x0A324655, 0x9E5D5157, 0x2000, address, 256, index, len(chunks), family)
        block = b"".join(word.to_bytes(4, "little") for word in words) + chunk.ljust(476, b"\0")
        blocks += block + (0x0AB16F30).to_bytes(4, "little")
    return blocks


@projects.needs_compiler
def test_a_uf2_file_is_compared_with_the_image(built):
    board = replace(built.board, image=ImageFormat(uf2_family=0x57755A57))
    images.check_uf2(replace(built, board=board, uf2=uf2(built, 0x57755A57, built.binary)))
    wrong = (
        None,
        uf2(built, 1, built.binary),
        uf2(built, 0x57755A57, built.binary[:256]),
        uf2(built, 0x57755A57, b"\1" + built.binary[1:]),
        uf2(built, 0x57755A57, built.binary)[:-1],
    )
    for data in wrong:
        with pytest.raises(AssertionError):
            images.check_uf2(replace(built, board=board, uf2=data))

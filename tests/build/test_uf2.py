"""What makes an image start behind a ROM or a bootloader: the second-stage boot's sum, the UF2 file."""

import struct

import pytest
from elftools.elf.elffile import ELFFile

from tests.build import projects
from tinyml import board as boards
from tinyml.build import build

pytestmark = projects.needs_compiler

BLOCK = 512
PAYLOAD = 256


@pytest.fixture(scope="module", params=["rpi-pico", "xiao-nrf52840-sense"])
def image(request, tmp_path_factory):
    return build(projects.write(tmp_path_factory.mktemp("image"), request.param).path)


@pytest.fixture
def board(image):
    return boards.load(image.elf.parent.name)


def crc32(data):
    """Return the RP2040's sum: polynomial 0x04C11DB7 from all ones, neither reflected nor inverted."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value >> 31 else 0)) & 0xFFFFFFFF
    return value


def word(data, offset):
    return struct.unpack_from("<I", data, offset)[0]


def test_the_second_stage_boot_has_its_sum_and_is_followed_by_the_vectors(image, board):
    if board.image.boot2 is None:
        pytest.skip("the board's chip has no second-stage boot")
    binary = image.binary.read_bytes()
    assert word(binary, 252) == crc32(binary[:252])
    with image.elf.open("rb") as stream:
        symbols = ELFFile(stream).get_section_by_name(".symtab")
        (boot2,) = symbols.get_symbol_by_name("tm_boot2")
        (start,) = symbols.get_symbol_by_name("tm_start")
        (stack_top,) = symbols.get_symbol_by_name("__tm_stack_top")
    assert boot2["st_value"] & ~1 == board.flash.start
    assert (word(binary, 256), word(binary, 260)) == (stack_top["st_value"], start["st_value"] | 1)


def test_vectors_stand_where_the_core_can_take_them_from(board):
    vectors = board.flash.start + (256 if board.image.boot2 else 0)
    assert vectors % 256 == 0


def test_the_uf2_file_holds_the_image_at_its_addresses(image, board):
    binary = image.binary.read_bytes()
    uf2 = image.binary.with_suffix(".uf2").read_bytes()
    count = -(-len(binary) // PAYLOAD)
    assert len(uf2) == count * BLOCK
    payload = b""
    for number in range(count):
        block = uf2[number * BLOCK : (number + 1) * BLOCK]
        start, again, flags, address, size, index, total, family = struct.unpack_from("<8I", block)
        assert (start, again, word(block, BLOCK - 4)) == (0x0A324655, 0x9E5D5157, 0x0AB16F30)
        assert (flags, family) == (0x2000, board.image.uf2_family)
        assert (address, size) == (board.flash.start + number * PAYLOAD, PAYLOAD)
        assert (index, total) == (number, count)
        payload += block[32 : 32 + size]
    assert payload[: len(binary)] == binary
    assert not any(payload[len(binary) :])


def test_other_boards_get_no_uf2_file(tmp_path):
    image = build(projects.write(tmp_path, "mps2-an386").path)
    assert not image.binary.with_suffix(".uf2").exists()

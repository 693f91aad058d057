import pytest

from tests.build import projects
from tests.build.projects import needs_compiler
from tinyml.build import build
from tinyml.build.linkmap import Piece, code_pieces
from tinyml.errors import BuildError

MAP = """\
Discarded input sections

 .text.unused   0x00000000       0x10 a/lib/tm_frame.o

Linker script and memory map

.text           0x00000000      0x100
 *(.text .text.*)
 .text.tm_crc32
                0x00000040       0x3c a/lib/tm_frame.o
                0x00000040                tm_crc32
 .text.unlikely.f
                0x0000007c       0x20 a/src/model.o
 *fill*         0x0000009c        0x4
 .text          0x000000a0       0x60 /usr/lib/libc_nano.a(lib_a-memcpy.o)

.tm_constants   0x00000100       0x40
 .tm_constants  0x00000100       0x40 a/src/model.o

.data           0x20000000        0x4 load address 0x00000140
 .data.state    0x20000000        0x4 a/src/model.o
"""


def test_pieces_are_those_of_the_code_with_their_origin(tmp_path):
    (tmp_path / "firmware.map").write_text(MAP)
    assert code_pieces(tmp_path / "firmware.map") == [
        Piece(".text.tm_crc32", "tm_crc32", "tm_frame", False, 0x3C),
        Piece(".text.unlikely.f", "f", "model", False, 0x20),
        Piece(".text", "", "memcpy", True, 0x60),
        Piece(".data.state", "state", "model", False, 4),
    ]


def test_a_missing_map_is_refused(tmp_path):
    with pytest.raises(BuildError, match=r"firmware\.map cannot be read"):
        code_pieces(tmp_path / "firmware.map")


@needs_compiler
def test_pieces_make_up_the_code_of_an_image(tmp_path):
    image = build(projects.write(tmp_path / "p", "mps2-an386").path)
    gaps = image.sizes.code - sum(piece.size for piece in code_pieces(image.elf.with_suffix(".map")))
    assert 0 <= gaps < 64

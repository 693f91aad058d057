"""Specialised kernels run on an emulated board, each with guards around every buffer, and held against bytes."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.run import images
from tinyml import board as boards
from tinyml import resources
from tinyml.plan.rows import Function, RowKernel, functions
from tinyml.run.qemu import Emulator

_DRIVER = Path(__file__).parent / "rows.c"
_SECONDS = 240.0
_GUARDS = 64 * 8
_WRONG = {
    1: "bytes around the output changed",
    2: "bytes around the scratch changed",
    3: "an input or bytes around it changed",
    4: "the output differs",
    5: "a register or the stack pointer changed",
}
_TYPES = """\
#include <stdint.h>

typedef struct {
  const uint8_t *data;
  uint32_t size;
  int32_t height, row_bytes, taps, stride, dilation, pad;
} row_source;

typedef void (*row_function)(const int8_t *const rows[], int8_t *output, void *scratch, const void *constants);

typedef struct {
  row_function function;
  const row_source *sources;
  uint32_t source_count;
  int32_t images, height, row_bytes;
  const void *constants;
  const uint8_t *expected;
  uint32_t output_bytes, scratch_bytes, in_place;
} row_case;
"""


@dataclass(frozen=True, eq=False)
class RowCase:
    """A kernel with what it is given and what it must give.

    Attributes:
        kernel: the kernel.
        inputs: the bytes of each source's tensor, by its index.
        expected: the bytes of the output.
        in_place: whether the output is laid upon the first input.
    """

    kernel: RowKernel
    inputs: Mapping[int, bytes]
    expected: bytes
    in_place: bool = False


def run(board_name: str, folder: Path, cases: Sequence[RowCase]) -> list[str]:
    """Run all cases in one program; return what is wrong with each, or empty strings."""
    board = boards.load(board_name)
    (folder / "cases.h").write_text(_cases(cases), encoding="utf-8")
    (folder / "kernels.S").write_text(assembly([case.kernel for case in cases]), encoding="utf-8")
    firmware = resources.firmware()
    include = [f"-I{firmware / 'kernels'}", f"-I{firmware / 'runtime'}"]
    elf = images.link(board, folder, [_DRIVER, folder / "kernels.S"], include)
    emulator = Emulator(elf, board)
    try:
        answer = _received(emulator.url, len(cases))
    finally:
        emulator.close()
    told = [_WRONG.get(byte, "") for byte in answer]
    return told + ["the kernel did not return"] * (len(cases) - len(told))


def _received(url: str, count: int) -> bytes:
    """Return what a program sends by itself. pyserial would drop what has come before its port is open."""
    answer = b""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), _SECONDS) as line:
        while len(answer) < count and (more := line.recv(count - len(answer))):
            answer += more
    return answer


def assembly(kernels: Sequence[RowKernel]) -> str:
    """Return the text of a file with the functions of all kernels."""
    made = {kernel.function.name for kernel in kernels}
    return "\n".join(
        [".syntax unified", ".thumb", *(_function(f, f.name in made) for f in functions(kernels)), ""]
    )


def _function(function: Function, is_global: bool) -> str:
    lines = [f".global {function.name}"] if is_global else []
    lines += [".balign 4", f".type {function.name}, %function", ".thumb_func", f"{function.name}:", *function.body]
    lines += [f".size {function.name}, . - {function.name}"]
    return "\n".join(lines)


def _bytes(name: str, data: bytes) -> str:
    return f"static const uint8_t {name}[] = {{{', '.join(map(str, data)) or '0'}}};"


def _cases(cases: Sequence[RowCase]) -> str:
    lines, entries, room, rows = [_TYPES], [], 0, 1
    for name in dict.fromkeys(case.kernel.function.name for case in cases):
        lines.append(
            f"void {name}(const int8_t *const rows[], int8_t *output, void *scratch, const void *constants);"
        )
    for i, case in enumerate(cases):
        kernel = case.kernel
        sources = []
        for k, s in enumerate(kernel.sources):
            data = case.inputs[s.tensor]
            lines.append(_bytes(f"input_{i}_{k}", data))
            fields = (s.height, s.row_bytes, s.taps, s.stride, s.dilation, s.pad)
            sources.append(f"{{input_{i}_{k}, {len(data)}, {', '.join(map(str, fields))}}}")
        lines.append(f"static const row_source sources_{i}[] = {{{', '.join(sources)}}};")
        lines.append(_bytes(f"expected_{i}", case.expected))
        constants = "0"
        if kernel.constants is not None:
            constants = f"constants_{i}"
            words = ", ".join(f"{int(word)}u" for word in kernel.constants.values)
            lines.append(f"static const uint32_t {constants}[] = {{{words}}};")
        size = len(case.expected)
        entries.append(
            f"{{{kernel.function.name}, sources_{i}, {len(sources)}, {kernel.images}, {kernel.height}, "
            f"{kernel.row_bytes}, {constants}, expected_{i}, {size}, {kernel.scratch_bytes}, "
            f"{int(case.in_place)}}}"
        )
        used = size + kernel.scratch_bytes + sum(len(data) for data in case.inputs.values()) + _GUARDS
        room, rows = max(room, used), max(rows, sum(s.taps for s in kernel.sources))
    lines.append(f"static const row_case cases[] = {{{', '.join(entries)}}};")
    lines.append(f"enum {{ ROOM_BYTES = {room}, MOST_ROWS = {rows} }};")
    return "\n".join(lines) + "\n"

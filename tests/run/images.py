"""Images of the runtime with the small model of tests/runtime, built without PlatformIO."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.runtime import host_device
from tinyml import board as boards
from tinyml import resources
from tinyml.board import Board
from tinyml.build import Image
from tinyml.build.elf import sizes
from tinyml.generate import platformio
from tinyml.plan.placement import place

MODEL = Path(host_device.__file__).parent / "test_model.c"
MAIN = (
    '#include "tm_device.h"\nextern const tm_model test_model;\nint main(void) { tm_device_serve(&test_model); }\n'
)


def link(board: Board, folder: Path, sources: Sequence[Path], flags: Sequence[str] = ()) -> Path:
    """Compile `sources` and the board's port in `folder`, with `flags` too, and link them; return the image."""
    architecture = board.architecture
    if shutil.which(architecture.compiler) is None:
        pytest.skip(f"{architecture.compiler} is not installed")
    for path, text in platformio.files(board, place(board, {}, {})).items():
        if path.startswith("lib/tinyml_port/"):
            (folder / Path(path).name).write_text(text)
    elf = folder / "firmware.elf"
    compiling = [
        "-std=c99",
        "-O2",
        "-g",
        *platformio.compiler_flags(board),
        *architecture.library_flags,
        "-ffunction-sections",
        "-fdata-sections",
        f"-I{folder}",
        f"-I{resources.firmware() / 'runtime'}",
        *flags,
    ]
    linking = ["-nostartfiles", "-Wl,--gc-sections", "-T", str(folder / "tm_linker.ld"), "-o", str(elf)]
    ports = sorted(folder.glob("tm_*.c"))
    command = [architecture.compiler, *compiling, *map(str, [*ports, *sources]), *linking]
    subprocess.run(command, check=True, timeout=600)
    return elf


def build(board_name: str, folder: Path) -> Image:
    """Compile and link in `folder`."""
    host_device.write_headers(folder)
    (folder / "main.c").write_text(MAIN)
    runtime = sorted((resources.firmware() / "runtime").glob("*.c"))
    elf = link(boards.load(board_name), folder, [folder / "main.c", *runtime, MODEL])
    return Image(project=folder, project_sha256="", elf=elf, sha256="", compiler="", sizes=sizes(elf))

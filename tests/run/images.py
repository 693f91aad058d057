"""Images of the runtime with the small model of tests/runtime, built without PlatformIO."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.runtime import host_device
from tinyml import board as boards
from tinyml import resources
from tinyml.build import Image
from tinyml.build.elf import sizes
from tinyml.generate import platformio
from tinyml.plan.placement import place

MODEL = Path(host_device.__file__).parent / "test_model.c"
MAIN = (
    '#include "tm_device.h"\nextern const tm_model test_model;\nint main(void) { tm_device_serve(&test_model); }\n'
)


def build(board_name: str, folder: Path) -> Image:
    """Compile and link in `folder`."""
    board = boards.load(board_name)
    architecture = board.architecture
    if shutil.which(architecture.compiler) is None:
        pytest.skip(f"{architecture.compiler} is not installed")
    for path, text in platformio.files(board, place(board, {}, {})).items():
        if path.startswith("lib/tinyml_port/"):
            (folder / Path(path).name).write_text(text)
    host_device.write_headers(folder)
    (folder / "main.c").write_text(MAIN)
    runtime = resources.firmware() / "runtime"
    elf = folder / "firmware.elf"
    flags = [
        "-std=c99",
        "-O2",
        *platformio.compiler_flags(board),
        *architecture.library_flags,
        "-ffunction-sections",
        "-fdata-sections",
    ]
    link = ["-nostartfiles", "-Wl,--gc-sections", "-T", str(folder / "tm_linker.ld"), "-o", str(elf)]
    sources = [*sorted(folder.glob("*.c")), *sorted(runtime.glob("*.c")), MODEL]
    command = [architecture.compiler, *flags, f"-I{folder}", f"-I{runtime}", *map(str, sources), *link]
    subprocess.run(command, check=True, timeout=60)
    return Image(project=folder, project_sha256="", elf=elf, sha256="", compiler="", sizes=sizes(elf))

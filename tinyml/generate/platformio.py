"""The parts of a project that make it build: platformio.ini, PlatformIO's platform, the port, board facts."""

import json
from pathlib import Path

from tinyml import resources
from tinyml.architecture import ALL
from tinyml.board import Board
from tinyml.errors import BoardError
from tinyml.plan.budget import stack_bytes
from tinyml.render import render


def compiler_flags(board: Board) -> tuple[str, ...]:
    """Return the flags that compile for the core of `board`.

    Raises:
        BoardError: tinyml has no code for the core.
    """
    return board.flags + board.architecture.compiler_flags


def files(board: Board) -> dict[str, str]:
    """Return what a project for `board` needs besides model, kernels and runtime.

    Args:
        board: the board.

    Returns:
        The text of each file, by its path relative to the project's folder, with "/" between the parts.

    Raises:
        BoardError: the board names a port or a core that tinyml has no code for.
    """
    result = {
        "platformio.ini": render("platformio.ini.j2", board=board),
        "lib/tinyml_port/tm_board.h": render("tm_board.h.j2", board=board),
        "lib/tinyml_port/tm_linker.ld": render("linker.ld.j2", board=board, stack_bytes=stack_bytes(board)),
        f"platforms/tinyml/boards/{board.name}.json": _manifest(board),
    }
    for name in ("platform.json", "platform.py", "builder/main.py"):
        result[f"platforms/tinyml/{name}"] = (resources.templates() / "platform" / name).read_text(
            encoding="utf-8"
        )
    for folder in _port_folders(board):
        for path in sorted(folder.glob("*.[ch]")):
            result[f"lib/tinyml_port/{path.name}"] = path.read_text(encoding="utf-8")
    return result


def _port_folders(board: Board) -> list[Path]:
    ports = resources.firmware() / "port"
    architectures = [architecture.name for architecture in ALL]
    known = sorted(path.name for path in ports.iterdir() if path.name not in architectures)
    if board.port not in known:
        raise BoardError(f"the board {board.name} names the port {board.port!r}; there are {', '.join(known)}")
    return [ports / board.architecture.name, ports / board.port]


def _manifest(board: Board) -> str:
    """Return PlatformIO's description of the board."""
    architecture = board.architecture
    manifest = {
        "name": board.title,
        "vendor": board.vendor,
        "url": board.url,
        "build": {
            "cpu": board.cpu,
            "f_cpu": f"{board.clock_hz}L",
            "flags": list(compiler_flags(board)),
            "mcu": board.platformio.mcu,
        },
        "toolchain": {"prefix": architecture.tool_prefix, "package": architecture.platformio_package},
        "upload": {"maximum_ram_size": board.ram.length, "maximum_size": board.flash.length},
    }
    return json.dumps(manifest, indent=2) + "\n"

"""The parts of a project that make it build: platformio.ini, PlatformIO's platform, the port, board facts."""

import json
import re
from dataclasses import asdict
from pathlib import Path

from tinyml import resources
from tinyml.architecture import ALL
from tinyml.board import Board
from tinyml.errors import BoardError
from tinyml.plan.budget import stack_bytes
from tinyml.plan.placement import Placement
from tinyml.render import render

_FLASH = "tm_flash_"  # of ports that can write their flash: the driver's file, which few projects need
_SHARED = "shared"  # headers that several ports include: peripherals that families have in common
_INCLUDE = re.compile(r'^#include "([\w.]+)"', re.MULTILINE)


def compiler_flags(board: Board) -> tuple[str, ...]:
    """Return the flags that compile for the core of `board`.

    Raises:
        BoardError: tinyml has no code for the core.
    """
    return board.flags + board.architecture.compiler_flags


def files(board: Board, placement: Placement) -> dict[str, str]:
    """Return what a project for `board` needs besides model, kernels and runtime.

    Args:
        board: the board.
        placement: the memory region of each part of the image.

    Returns:
        The text of each file, by its path relative to the project's folder, with "/" between the parts.

    Raises:
        BoardError: the board names a port or a core that tinyml has no code for.
    """
    result = {
        "platformio.ini": render("platformio.ini.j2", board=board),
        "lib/tinyml_port/tm_board.h": render("tm_board.h.j2", board=board),
        "lib/tinyml_port/tm_linker.ld": render(
            "linker.ld.j2",
            board=board,
            place=placement,
            copy_weights=board.region(placement.weights).kind == "ram",
            stack_bytes=stack_bytes(board),
        ),
        f"platforms/tinyml/boards/{board.name}.json": _manifest(board, placement),
    }
    for name in ("platform.json", "platform.py", "builder/main.py", "builder/upload.py"):
        result[f"platforms/tinyml/{name}"] = (resources.templates() / "platform" / name).read_text(
            encoding="utf-8"
        )
    for path in _port_files(board):
        result[f"lib/tinyml_port/{path.name}"] = path.read_text(encoding="utf-8")
    return result


def ports() -> list[str]:
    """Return the names of the chip families that tinyml has a port for, sorted."""
    others = {_SHARED, *(architecture.name for architecture in ALL)}
    return sorted(path.name for path in (resources.firmware() / "port").iterdir() if path.name not in others)


def flash_driver(board: Board) -> Path | None:
    """Return the source that writes the board's flash, which few projects need; None where its port has none."""
    path = resources.firmware() / "port" / board.port / f"{_FLASH}{board.port}.c"
    return path if path.is_file() else None


def _port_files(board: Board) -> list[Path]:
    """Return the sources of the board's port, of its architecture, and of the shared headers that they include."""
    if board.port not in ports():
        raise BoardError(f"the board {board.name} names the port {board.port!r}; there are {', '.join(ports())}")
    folder = resources.firmware() / "port"
    shared = folder / _SHARED
    found = [
        path
        for part in (board.architecture.name, board.port)
        for path in sorted((folder / part).glob("*.[ch]"))
        if not path.name.startswith(_FLASH)
    ]
    for path in found:  # grows while it is walked: a shared header may include another
        headers = [shared / name for name in _INCLUDE.findall(path.read_text(encoding="utf-8"))]
        found += [header for header in headers if header.is_file() and header not in found]
    return found


def _manifest(board: Board, placement: Placement) -> str:
    """Return PlatformIO's description of the board; its upload address is where the image begins."""
    architecture = board.architecture
    ram_bytes = sum(region.free for region in board.memory if region.kind == "ram" and region.mapped)
    family = board.image.uf2_family
    weights = board.region(placement.weights)
    manifest = {
        "name": board.title,
        "vendor": board.vendor,
        "url": board.url,
        "build": {
            "cpu": board.cpu,
            "f_cpu": f"{board.clock_hz}L",
            "flags": list(compiler_flags(board)),
            "mcu": board.platformio.mcu,
            **({} if family is None else {"uf2_family": family}),
        },
        "toolchain": {"prefix": architecture.tool_prefix, "package": architecture.platformio_package},
        "upload": {
            "maximum_ram_size": ram_bytes,
            "maximum_size": board.flash.free,
            "address": board.region(placement.image).start,
            "weights_apart": weights.kind == "flash" and weights.name != placement.image,
            **(asdict(board.upload) if board.upload else {}),
        },
    }
    return json.dumps(manifest, indent=2) + "\n"

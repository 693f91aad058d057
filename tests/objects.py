"""Sources compiled for this machine, under sanitizers: once for their content.

All kernels in one program take ten seconds to compile, the interpreter's hundred files a minute, and several
processes use them.
"""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from tinyml import resources

FLAGS = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-O1", "-g")
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")

_CACHE = Path(__file__).resolve().parents[1] / "build" / "objects"
_SECONDS = 300.0  # for one file, on a busy machine
_COMMAND = ("gcc", *FLAGS, *SANITIZERS)


def compile_source(*arguments: str | Path, parts: tuple[str, ...]) -> None:
    """Run the compiler, with the folders `parts` of the firmware to include from."""
    includes = [f"-I{resources.firmware() / part}" for part in parts]
    subprocess.run([*_COMMAND, *includes, *arguments], check=True, timeout=_SECONDS)


def _key(parts: tuple[str, ...], text: str) -> str:
    version = subprocess.run(["gcc", "--version"], check=True, capture_output=True, timeout=30).stdout
    total = hashlib.sha256(" ".join(_COMMAND).encode() + version + text.encode())
    for part in parts:
        for path in sorted((resources.firmware() / part).glob("*.[ch]")):
            total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()[:16]


def compiled(parts: tuple[str, ...], text: str, make: Callable[[Path], None]) -> Path:
    """Return the folder that `make` filled.

    Args:
        parts: folders of the firmware whose files it depends on.
        text: what else it depends on.
        make: compiles into the folder; it is called once for each content, whichever process comes first.
    """
    folder = _CACHE / _key(parts, text)
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "done"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be at it
        if not done.exists():
            make(folder)
            done.touch()
    return folder


@cache
def interpreter() -> tuple[Path, ...]:
    """Return the object files of `firmware/interpreter/`."""
    parts = ("interpreter", "kernels", "runtime")
    sources = sorted((resources.firmware() / "interpreter").glob("*.c"))

    def make(folder: Path) -> None:
        def compile_one(source: Path) -> None:
            compile_source("-c", source, "-o", folder / f"{source.stem}.o", parts=parts)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(compile_one, sources))

    folder = compiled(parts, "", make)
    return tuple(folder / f"{source.stem}.o" for source in sources)

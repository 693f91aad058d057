"""The interpreter's sources compiled for this machine, under sanitizers: once for their content.

A hundred files take a minute to compile, and several test programs of several processes hold them all.
"""

import fcntl
import hashlib
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from tests.host import FLAGS, SANITIZERS
from tinyml import resources

_PARTS = ("interpreter", "kernels", "runtime")
_CACHE = Path(__file__).resolve().parents[1] / "build" / "objects"
_SECONDS = 300.0  # for one file, on a busy machine
_COMMAND = ("gcc", *FLAGS, *SANITIZERS)


def _includes() -> list[str]:
    return [f"-I{resources.firmware() / part}" for part in _PARTS]


def _key() -> str:
    version = subprocess.run(["gcc", "--version"], check=True, capture_output=True, timeout=30).stdout
    total = hashlib.sha256(" ".join(_COMMAND).encode() + version)
    for part in _PARTS:
        for path in sorted((resources.firmware() / part).glob("*.[ch]")):
            total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()[:16]


def _compile(source: Path, folder: Path) -> Path:
    target = folder / f"{source.stem}.o"
    subprocess.run([*_COMMAND, *_includes(), "-c", source, "-o", target], check=True, timeout=_SECONDS)
    return target


@cache
def interpreter() -> tuple[Path, ...]:
    """Return the object files of `firmware/interpreter/`."""
    folder = _CACHE / _key()
    folder.mkdir(parents=True, exist_ok=True)
    sources = sorted((resources.firmware() / "interpreter").glob("*.c"))
    done = folder / "done"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be at it
        if not done.exists():
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(lambda source: _compile(source, folder), sources))
            done.touch()
    return tuple(folder / f"{source.stem}.o" for source in sources)

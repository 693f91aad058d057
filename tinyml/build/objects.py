"""Objects of the libraries in projects, which builds share: most are the same in many projects.

SCons finds an object by what it was made from, the command and every header included.
"""

import hashlib
import time
from contextlib import suppress
from pathlib import Path

VARIABLE = "TINYML_OBJECTS"  # tells the folder to a project's platform; without it nothing is shared
MOST_BYTES = 256 * 1024 * 1024
_IN_USE_SECONDS = 3600  # SCons touches what it takes


def folder(core: Path, compiler: str) -> Path:
    """Return the folder for objects of `compiler` (its name and version) in PlatformIO's folder `core`.

    Its name has the compiler, as SCons sees neither its version nor its own headers.
    """
    return core / "objects" / hashlib.sha256(compiler.encode()).hexdigest()[:16]


def prune(core: Path, most_bytes: int = MOST_BYTES) -> None:
    """Where all objects together have more than `most_bytes`, remove the half that was not used for longest."""
    found = []
    for path in (core / "objects").glob("*/*/*"):
        with suppress(OSError):  # another build has removed it
            found.append((path.stat(), path))
    total = sum(about.st_size for about, _ in found)
    if total <= most_bytes:
        return
    unused = time.time() - _IN_USE_SECONDS
    for about, path in sorted(found, key=lambda each: each[0].st_mtime):
        if total <= most_bytes // 2 or about.st_mtime > unused:
            return
        with suppress(OSError):
            path.unlink()
        total -= about.st_size

"""Starters: small examples to begin from, copied from `templates/starters/` into a folder of the user's."""

import shutil
from pathlib import Path

from tinyml import resources
from tinyml.errors import ProjectError


def _folder() -> Path:
    return resources.templates() / "starters"


def names() -> list[str]:
    """Return the names of all starters."""
    return sorted(entry.name for entry in _folder().iterdir() if entry.is_dir())


def create(name: str, out: Path) -> list[Path]:
    """Write the starter `name` into the folder `out`, which is made where it is missing.

    Returns:
        The files written, in the order of their names.

    Raises:
        ProjectError: no starter has this name, or `out` is a file or a folder that is not empty; nothing is
            written then.
        OSError: the folder cannot be written.
    """
    if name not in names():
        raise ProjectError(f"there is no starter {name!r}", f"Known: {', '.join(names())}.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        kind = "is not empty" if out.is_dir() else "is a file"
        raise ProjectError(f"{out} {kind}; a starter goes to a new or an empty folder", "Name another folder.")
    out.mkdir(parents=True, exist_ok=True)
    # A starter is a flat folder; where it was installed, a __pycache__ may lie in it.
    sources = sorted(path for path in (_folder() / name).iterdir() if path.is_file())
    written = [out / source.name for source in sources]
    try:
        for source, path in zip(sources, written, strict=True):
            shutil.copyfile(source, path)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return written

"""Where the texts that are not Python are: templates, firmware and boards.

In a checkout (also one installed as editable) they are folders beside the package; in a wheel they are
inside it.
"""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def folder(name: str) -> Path:
    """Return the folder `name`, one of "templates", "firmware" and "boards".

    Raises:
        FileNotFoundError: neither a wheel's copy nor a checkout's folder exists (a broken installation).
    """
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        if (root / name).is_dir():
            return root / name
    raise FileNotFoundError(f"tinyml was installed without its folder {name!r}; install it again")


def templates() -> Path:
    """Return the folder of Jinja templates."""
    return folder("templates")


def firmware() -> Path:
    """Return the folder of hand-written C: kernels/, runtime/, port/ and the protocol's definition."""
    return folder("firmware")


def boards() -> Path:
    """Return the folder of board files, one TOML file a board."""
    return folder("boards")

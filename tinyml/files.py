"""Files that a reader, a crash or a full disk never leaves half-written."""

import io
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path`, making its folder; the file is replaced whole or not at all.

    A file that holds `data` already is left alone, so that a build tool sees that nothing changed.

    Raises:
        OSError: the folder cannot be made or written, or the disk is full.
    """
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
    """Write `arrays` as the `.npz` file `path`, whole or not at all; equal arrays give equal bytes."""
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    write_atomically(path, stream.getvalue())

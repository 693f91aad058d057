"""Records side by side: the same model on other boards or engines, before and after a change."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tinyml.errors import ProjectError
from tinyml.generate.project import RECORD

Record = Mapping[str, Any]


def load(path: Path) -> Record:
    """Return the record in the file `path`, or in the project folder `path`.

    Raises:
        ProjectError: there is no record, or it cannot be read.
    """
    file = path / RECORD if path.is_dir() else path
    hint = "`tinyml validate` writes a record.json into its project."
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        for key in _ROWS.values():
            _value(record, key)
    except FileNotFoundError:
        raise ProjectError(f"there is no record {str(file)!r}", hint) from None
    except (ValueError, KeyError, TypeError) as error:
        raise ProjectError(f"{str(file)!r} is no record of tinyml: {error!r}", hint) from None
    return dict(record)


# What a comparison shows, and where a record holds it.
_ROWS = {
    "model": ("model", "path"),
    "board": ("board",),
    "engine": ("engine",),
    "samples": ("samples",),
    "bit-exact": ("exact",),
    "instructions": ("instructions", "median"),
    "arena (bytes)": ("arena_bytes",),
    "statics (bytes)": ("static_bytes",),
    "stack (bytes)": ("stack_bytes",),
    "code (bytes)": ("flash", "code"),
    "constants (bytes)": ("flash", "constants"),
    "flash (bytes)": ("flash", "total"),
}


def _value(record: Record, path: Sequence[str]) -> Any:
    value = record[path[0]]
    # A device without a clock that counts instructions leaves None in their place.
    return value if value is None or len(path) == 1 else value[path[1]]


def compare(first: Record, second: Record) -> dict[str, Any]:
    """Return what both records hold, row by row, for figures with the ratio of the second to the first."""
    rows = []
    for name, path in _ROWS.items():
        a, b = _value(first, path), _value(second, path)
        figures = isinstance(a, int) and isinstance(b, int) and a > 0 and name not in ("samples", "bit-exact")
        rows.append({"figure": name, "first": a, "second": b, "ratio": round(b / a, 4) if figures else None})
    return {"comparison": rows}

"""A record beside the record of the same work done again: whether every figure and hash came out the same."""

from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]

# What is measured or made, and where a record holds it; a figure that neither record has is left out.
_FIGURES = {
    "board file": ("hashes", "board"),
    "samples sent": ("hashes", "samples"),
    "sources": ("hashes", "project"),
    "image": ("hashes", "image"),
    "clock (Hz)": ("clock", "hz"),
    "placement": ("placement",),
    "samples": ("samples",),
    "bit-exact": ("exact",),
    "first mismatch": ("mismatch",),
    "instructions, min": ("instructions", "min"),
    "instructions, median": ("instructions", "median"),
    "instructions, max": ("instructions", "max"),
    "multiply-accumulates": ("macs",),
    "arena (bytes)": ("arena_bytes",),
    "statics (bytes)": ("static_bytes",),
    "link (bytes)": ("link_bytes",),
    "stack (bytes)": ("stack_bytes",),
    "code (bytes)": ("flash", "code"),
    "constants (bytes)": ("flash", "constants"),
    "flash (bytes)": ("flash", "total"),
}
# What needs a desktop interpreter, labels, or the float model that was converted.
_OPTIONAL = {
    "same on the desk": ("desk", "agree"),
    "top-1 as labelled": ("labels", "top1_correct"),
    "top-1 as the float model": ("float_model", "top1_agree"),
    "conversion": ("conversion",),
}


def _value(record: Record, path: tuple[str, ...]) -> Any:
    value: Any = record
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _row(name: str, recorded: Any, again: Any) -> dict[str, Any]:
    return {"figure": name, "recorded": recorded, "again": again, "same": recorded == again}


def _layer_rows(recorded: Record, again: Record) -> list[dict[str, Any]]:
    """Return a row that says that all layers took the same, or a row for each that did not."""
    first, second = ({layer["label"]: layer["instructions"] for layer in r["layers"]} for r in (recorded, again))
    if first == second:
        return [_row("layers with their instructions", len(first), len(second))]
    labels = [label for label in {**first, **second} if first.get(label) != second.get(label)]
    return [_row(f"instructions of {label}", first.get(label), second.get(label)) for label in labels]


def _versions(record: Record) -> dict[str, str]:
    versions = {"tinyml": record["tinyml"], **record["versions"]}
    desk = _value(record, ("desk", "interpreter"))
    return versions if desk is None else versions | {"desk": desk}


def compare(recorded: Record, again: Record) -> dict[str, Any]:
    """Return each figure of both records, the versions that made them, and whether all figures are the same.

    Versions are told and decide nothing: another compiler may give the same image.
    """
    paths = _FIGURES | _OPTIONAL
    pairs = {name: (_value(recorded, path), _value(again, path)) for name, path in paths.items()}
    left_out = [name for name in _OPTIONAL if pairs[name][0] is not None and pairs[name][1] is None]
    rows = [_row(name, *pair) for name, pair in pairs.items() if pair != (None, None) and name not in left_out]
    rows += _layer_rows(recorded, again)
    versions, here = _versions(recorded), _versions(again)
    return {
        "figures": rows,
        "versions": [
            {"tool": tool, "recorded": version, "again": here.get(tool), "same": version == here.get(tool)}
            for tool, version in versions.items()
        ],
        "not_replayed": left_out,
        "differing": [row["figure"] for row in rows if not row["same"]],
        "same": all(row["same"] for row in rows),
    }

"""Bytes of code, measured with compilers: costs.toml, which `tools/costs --update` writes and a test checks.

Specialised kernels are not in it: their code is known to the byte (thumb.py).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tinyml.ops import Constant
from tinyml.plan import Layer
from tinyml.plan.rows import functions, specialised

TABLE = Path(__file__).with_name("costs.toml")


_MARGIN = 4 / 3  # over a kernel for one of the measured layers, for a layer that takes more
_NOT_MEASURED = 4096  # a kernel that is not in the table yet


@dataclass(frozen=True)
class _Code:
    """The table [code] of the file."""

    row_loop: int
    any_layer: Mapping[str, int]
    one_layer: Mapping[str, int]


@cache
def _code() -> _Code:
    return _Code(**tomllib.loads(TABLE.read_text(encoding="utf-8"))["code"])


def kernel_bytes(kernel: str) -> int:
    """Return about how many bytes a portable kernel takes that is compiled for one layer.

    Where that was not measured, it is what one for any layer takes.
    """
    code = _code()
    if kernel in code.one_layer:
        return round(code.one_layer[kernel] * _MARGIN)
    return code.any_layer.get(kernel, _NOT_MEASURED)


def row_loop_bytes() -> int:
    """Return about how many bytes the calls of a specialised kernel for each row of a layer take."""
    return round(_code().row_loop * _MARGIN)


def layer_code_bytes(layer: Layer) -> int:
    """Return about how many bytes of code and tables `layer` needs; layers with the same functions share them."""
    if layer.stream is not None:
        parts = [part for part in layer.parts if part.portable]
        rows = [part.rows for part in layer.parts]
        special = row_loop_bytes() * len(specialised(rows)) + sum(f.code_bytes for f in functions(rows))
        return special + sum(map(layer_code_bytes, parts)) + len(layer.stream.steps)
    if layer.rows is not None and layer.rows.function is not None:
        return row_loop_bytes() + sum(function.code_bytes for function in functions([layer.rows]))
    calls = layer.lowered.calls
    pointers = [p for call in calls for p in call.pointers if isinstance(p, Constant) and p.lookup]
    tables = sum(p.values.nbytes for p in pointers)
    return tables + sum(kernel_bytes(call.kernel) for call in calls)

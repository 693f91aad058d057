"""The C kernels as Python sees them: each kernel's header is the one definition of its interface.

A header `firmware/kernels/NAME.h` defines a struct `tm_NAME_params`, one field a line, and a function
`TM_INLINE void tm_NAME(const tm_NAME_params *params, ...)`. This module reads both, so that generated code
and tests cannot disagree with them. What kernels share, headers that they include define: a struct that
`tm_NAME_params` is another name of, or fields in a macro `TM_..._FIELDS`.
"""

import re
from dataclasses import dataclass
from functools import cache

from tinyml import resources

_FIELD = re.compile(r"^\s*(?P<type>int32_t|float)\s+(?P<name>\w+);", re.MULTILINE)
# Macros of compilers, and the instructions that code under them is written for.
_INSTRUCTIONS = {"__ARM_FEATURE_DSP": "dsp", "__ARM_FEATURE_MVE": "mve"}
# What the header of a kernel says that tinyml/emit/ specialises for a layer.
_EMITTED = re.compile(r"^ \* Specialised for layers: (?P<names>[a-z, ]+)\.", re.MULTILINE)
_SHARED_FIELDS = re.compile(r"^\s*(?P<name>TM_\w+_FIELDS)$", re.MULTILINE)
_INCLUDE = re.compile(r'^#include "(?P<name>[\w.]+)"', re.MULTILINE)


@dataclass(frozen=True)
class Kernel:
    """A kernel's interface.

    Attributes:
        name: such as "conv2d_s8".
        params: (C type, field name) of each field of its struct, in order; the types are int32_t and float.
        pointers: (C type, argument name) of each pointer argument, in order, such as ("const int8_t *", "input").
        headers: the header and all headers of `firmware/kernels/` that it includes, in order.
        variants: "portable", and the instruction sets that it or such a header has code of its own for, or that
            layers get specialised code for.
    """

    name: str
    params: tuple[tuple[str, str], ...]
    pointers: tuple[tuple[str, str], ...]
    headers: tuple[str, ...]
    variants: tuple[str, ...]


def _read(header: str) -> str:
    return (resources.firmware() / "kernels" / header).read_text(encoding="utf-8")


def _included(header: str) -> tuple[str, ...]:
    text = _read(header)
    names = [name for include in _INCLUDE.findall(text) for name in _included(include)]
    return tuple(dict.fromkeys([*names, header]))


def _variants(headers: tuple[str, ...]) -> tuple[str, ...]:
    text = "".join(map(_read, headers))
    found = [name for macro, name in _INSTRUCTIONS.items() if macro in text]
    if (emitted := _EMITTED.search(_read(headers[-1]))) is not None:
        found += emitted["names"].split(", ")
    return ("portable", *dict.fromkeys(found))


def names() -> tuple[str, ...]:
    """Return the names of all kernels, sorted; headers that only kernels include (tm_*.h) are none."""
    paths = (resources.firmware() / "kernels").glob("*.h")
    return tuple(sorted(path.stem for path in paths if not path.stem.startswith("tm_")))


def _params(name: str, text: str) -> tuple[tuple[str, str], ...] | None:
    """Return the fields of `tm_NAME_params` in the `text` of a kernel's headers, or None where it has no such."""
    alias = re.search(rf"typedef tm_(?P<name>\w+)_params tm_{name}_params;", text)
    if alias is not None:
        return _params(alias["name"], text)
    struct = re.search(rf"typedef struct \{{(?P<body>[^}}]*)\}} tm_{name}_params;", text)
    if struct is None:
        return None

    def shared(use: re.Match[str]) -> str:
        macro = re.search(rf"#define {use['name']} (?P<fields>(?:.*\\\n)*.*)", text)
        return macro["fields"] if macro is not None else ""

    return tuple((m["type"], m["name"]) for m in _FIELD.finditer(_SHARED_FIELDS.sub(shared, struct["body"])))


@cache
def load(name: str) -> Kernel:
    """Return the interface of the kernel `name`.

    Raises:
        ValueError: the header does not define the struct or the function (an error in tinyml).
    """
    header = f"{name}.h"
    headers = _included(header)
    params = _params(name, "".join(map(_read, headers)))
    function = re.search(
        r"TM_INLINE void tm_" + name + r"\(\s*const tm_" + name + r"_params \*params,(?P<args>[^)]*)\)",
        _read(header),
    )
    if params is None or function is None:
        raise ValueError(f"firmware/kernels/{header} does not define tm_{name}_params and tm_{name}")
    pointers = []
    for argument in function["args"].split(","):
        base, _, argument_name = " ".join(argument.split()).rpartition("*")
        pointers.append((f"{base.strip()} *", argument_name.strip()))
    return Kernel(name, params, tuple(pointers), headers, _variants(headers))

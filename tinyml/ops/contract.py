"""The contract of exactness: for each operator of TFLM and each form of it, what holds here.

One table that tests and `tinyml ops` read. Its rows come from the operators' own files (`Definition.forms`) and
from `tflm.FORMS`: what TFLM has and no file names yet is planned.
"""

from dataclasses import dataclass

from tinyml import kernels
from tinyml.ops import REGISTRY, tflm

EXACT, BOUND, PLANNED = "exact", "bound", "planned"


@dataclass(frozen=True)
class Row:
    """One operator with one choice of types.

    Attributes:
        operator: the schema's name; "CUSTOM NAME" for a custom operator.
        types: as `tflm.FORMS` spells them.
        state: "exact" where every byte is TFLM's, "bound" where results may differ from TFLM's within a bound, or
            "planned".
        kernels: each kernel with its variants, such as "conv2d_s8 (portable)"; empty where only bytes are renamed.
        note: the bound and its reason.
    """

    operator: str
    types: str
    state: str
    kernels: tuple[str, ...] = ()
    note: str = ""


def table() -> tuple[Row, ...]:
    """Return all rows, by operator and then in the order of `tflm.FORMS`."""
    rows = []
    for operator, forms in sorted(tflm.FORMS.items()):
        done = {form.types: form for form in REGISTRY[operator].forms} if operator in REGISTRY else {}
        for types in forms:
            if types not in done:
                rows.append(Row(operator, types, PLANNED))
                continue
            form = done[types]
            named = tuple(f"{name} ({', '.join(kernels.load(name).variants)})" for name in form.kernels)
            rows.append(Row(operator, types, BOUND if form.bound else EXACT, named, form.bound))
    return tuple(rows)

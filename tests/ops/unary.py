"""Models of one operator with one input of the output's shape, for the tests of several operators."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tests.ops.single import Case
from tests.tflite import Builder

EVERY_INT8 = np.arange(-128, 128).astype(np.int8)
EVERY_UINT8 = np.arange(256).astype(np.uint8)


def unary(
    name: str,
    *,
    shape: tuple[int, ...] = (256,),
    output: tuple[int, ...] | None = None,
    types: tuple[str, str] = ("int8", "int8"),
    scales: tuple[Any, Any] = (0.05, 0.05),
    zero_points: tuple[int, int] = (1, -2),
    options: Mapping[str, Any] | None = None,
) -> bytes:
    """A model of `name`; a scale of None leaves the quantization out."""
    b = Builder()
    x = b.tensor(shape, types[0], scales[0], zero_points[0])
    y = b.tensor(shape if output is None else output, types[1], scales[1], zero_points[1])
    b.operator(name, [x], [y], options)
    return b.build([x], [y])


def every(name: str, **form: Any) -> Case:
    """Return a case of `name` on every value of its 8-bit input; `form` is that of `unary`."""
    unsigned = form.get("types", ("int8",))[0] == "uint8"
    return Case(unary(name, **form), ((EVERY_UINT8 if unsigned else EVERY_INT8,),))


# What every operator on an int8 input and output of one shape refuses.
REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    ({"types": ("int16", "int8")}, ["input is int16"]),
    ({"types": ("int8", "int16")}, ["output is int16"]),
    ({"shape": (2,) * 7}, ["input has 7 dimensions; at most 6"]),
    ({"output": (255,)}, ["output has the shape [255], not [256]"]),
    ({"zero_points": (-129, -128)}, ["input has the zero point -129"]),
    ({"zero_points": (0, 128)}, ["output has the zero point 128"]),
]

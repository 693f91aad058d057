"""Models of one operator with one input of the output's shape, for the tests of several operators."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tests.ops.single import SAMPLES, Case, values
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


EVERY_INT16 = np.arange(-32768, 32768).astype(np.int16)


def sampled(rng: np.random.Generator, name: str, size: int, **form: Any) -> Case:
    """Return a case of `name` on `size` random values of its input; `form` is that of `unary`."""
    type_ = form.get("types", ("int8",))[0]
    samples = [values(rng, (size,), type_) for _ in range(SAMPLES + 1)]
    samples[0][:2] = np.iinfo(type_).min, np.iinfo(type_).max
    return Case(unary(name, shape=(size,), **form), tuple((sample,) for sample in samples))


# What every operator on an int8 input and output of one shape refuses.
REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    ({"types": ("int16", "int8")}, ["input is int16"]),
    ({"types": ("int8", "int16")}, ["output is int16"]),
    ({"shape": (2,) * 7}, ["input has 7 dimensions; at most 6"]),
    ({"output": (255,)}, ["output has the shape [255], not [256]"]),
    ({"zero_points": (-129, -128)}, ["input has the zero point -129"]),
    ({"zero_points": (0, 128)}, ["output has the zero point 128"]),
]

# The same of those that take int16, too.
REFUSED_WIDE: list[tuple[dict[str, Any], list[str]]] = [
    ({"types": ("int32", "int32")}, ["input is int32; supported: int8, int16"]),
    ({"types": ("int16", "int8"), "zero_points": (0, 0)}, ["output is int8; supported: int16"]),
    *REFUSED[1:],
]

# The same of those that take int16 with zero points of 0 only.
REFUSED_SYMMETRIC: list[tuple[dict[str, Any], list[str]]] = [
    *REFUSED_WIDE,
    ({"types": ("int16", "int16"), "zero_points": (1, 0)}, ["input is int16 with the zero point 1; 0 is allowed"]),
    ({"types": ("int16", "int16"), "zero_points": (0, 1)}, ["output is int16 with the zero point 1"]),
]

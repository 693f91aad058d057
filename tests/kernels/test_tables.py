"""The tables of kernels: computed as TFLM computes them, or read from TFLM's results."""

import math
import re
from collections.abc import Callable

import numpy as np

from tests import oracle
from tests.ops import unary
from tinyml import fixedpoint, resources

_F = np.float32


def table(header: str, name: str) -> list[int]:
    """Return the numbers of the array `name` in a kernels' header."""
    text = (resources.firmware() / "kernels" / header).read_text(encoding="utf-8")
    found = re.search(rf"{name}\[\d+\] = \{{(?P<numbers>[^}}]*)\}}", text)
    assert found is not None
    return [int(number) for number in re.findall(r"-?\d+", found["numbers"])]


def rounded(x: np.float32) -> np.float32:
    return _F(fixedpoint.round_half_away(float(x)))


def points(scale: np.float32, zero_point: int, function: Callable[[np.float32], np.float32]) -> list[int]:
    """Return TFLM's 513 points of a function of int16 in steps of 2 / 65535, computed with 32-bit floats.

    A point lies half as far from the function as the line to the next one in the middle, on the other side.
    """
    first, last = scale * _F(-32768 - zero_point), scale * _F(32767 - zero_point)
    step = (last - first) / _F(512)
    low, high = (_F(2) / _F(65535) * _F(end) for end in (-32768, 32767))
    steps = _F(65536) / (high - low)
    found = []
    for i in range(512):
        at = first + _F(i) * step
        value, middle, following = (function(x) * steps for x in (at, at + step / _F(2), first + _F(i + 1) * step))
        error = rounded((following + rounded(value)) / _F(2)) - rounded(middle)
        found.append(rounded(value) - rounded(error / _F(2)))
    found.append(rounded(function(last) * steps))
    return [int(fixedpoint.clamp(int(x), -32768, 32767)) for x in found]


def test_the_tables_of_softmax_are_tflms() -> None:
    exps = points(_F(10) / _F(65535), 32767, lambda x: _F(math.exp(x)))
    assert table("tm_softmax_tables.h", "tm_softmax_exps") == exps
    reciprocals = points(_F(1) / _F(65535), -32768, lambda x: _F(1) / (_F(1) + x))
    assert table("tm_softmax_tables.h", "tm_softmax_reciprocals") == reciprocals


def test_the_table_of_the_logistic_function_is_tflms() -> None:
    # In steps of 2 to 3 × 4096, input 128 i stands for point i, and TANH is that point without its highest bit.
    # Only the last point is seen through the line to it.
    places = (128 * np.arange(256)).astype(np.int16)
    places[255] -= 1
    form = {"types": ("int16", "int16"), "scales": (2 / 12288, 2.0**-15), "zero_points": (0, 0)}
    (found,) = oracle.run(unary.unary("TANH", shape=(256,), **form), [places])
    expected = table("tm_sigmoid.h", "tm_sigmoid_table")
    assert (found.astype(int) + 32768).tolist() == expected
    assert all(-0.5 < point - 65536 / (1 + math.exp(-i / 24)) < 1.2 for i, point in enumerate(expected))

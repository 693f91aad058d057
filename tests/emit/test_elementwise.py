"""Constants for ADD and SUB: what they give for all pairs, against the kernels' chain of roundings."""

import numpy as np
import pytest

from tinyml.emit import elementwise
from tinyml.fixedpoint import clamp, quantize_multiplier, requantize

NUMBERS = (-128, -127, -8, -7, 0, 1, 33, 127)


def params(scales, zero_points, low=-128, high=127):
    first, second, out = scales
    twice = 2 * max(first, second)
    pairs = [quantize_multiplier(x) for x in (first / twice, second / twice, twice / ((1 << 20) * out))]
    names = ("input1", "input2", "output")
    found = {f"{name}_multiplier": pair[0] for name, pair in zip(names, pairs, strict=True)}
    found |= {f"{name}_shift": pair[1] for name, pair in zip(names, pairs, strict=True)}
    offsets = (-zero_points[0], -zero_points[1], zero_points[2])
    found |= {f"{name}_offset": offset for name, offset in zip(names, offsets, strict=True)}
    return found | {"activation_min": low, "activation_max": high}


def value(p, sign, a, b):
    """Compute one output with the arithmetic of fixedpoint.py."""
    first, second = (
        requantize((x + p[f"input{i}_offset"]) << 20, p[f"input{i}_multiplier"], p[f"input{i}_shift"])
        for i, x in ((1, a), (2, b))
    )
    total = requantize(first + sign * second, p["output_multiplier"], p["output_shift"]) + p["output_offset"]
    return clamp(total, p["activation_min"], p["activation_max"])


@pytest.mark.parametrize("sign", [1, -1])
def test_the_table_of_sums_is_the_kernels(sign):
    p = params((0.02, 0.05, 0.03), (-7, 33, -100), low=-100)
    table = elementwise.sums_of(p, sign)
    for a in NUMBERS:
        for b in NUMBERS:
            assert table[a + 128, b + 128] == value(p, sign, a, b)


@pytest.mark.parametrize("seed", range(40))
def test_constants_give_every_sum(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.uniform(0.001, 0.2, 2)
    zero_points = rng.integers(-128, 128, 3).tolist()
    low = zero_points[2] if seed % 3 == 0 else -128
    p = params((first, second, max(first, second) * rng.uniform(0.3, 3)), zero_points, low)
    sign = 1 if seed % 2 else -1
    found = elementwise.find_sum(p, sign)
    assert found is not None
    assert (found.values() == elementwise.sums_of(p, sign)).all()


@pytest.mark.parametrize("scales", [(1, 1, 1), (1, 1, 2), (1, 2, 4), (0.5, 1, 1), (1, 1, 0.5), (3, 1, 2)])
@pytest.mark.parametrize("zero_point", [0, -128, 5])
def test_ties_are_as_the_kernel_has_them_or_nothing_is_found(scales, zero_point):
    p = params(scales, (zero_point, 3, zero_point))
    found = elementwise.find_sum(p, 1)
    assert found is None or (found.values() == elementwise.sums_of(p, 1)).all()

"""The form of MUL: what it gives for all pairs, against the kernel's chain of roundings, and where it is taken."""

import numpy as np
import pytest

from tests.emit.test_elementwise import NUMBERS
from tinyml.emit import product
from tinyml.fixedpoint import clamp, quantize_multiplier, requantize


def params(factor, zero_points, low=-128, high=127):
    multiplier, shift = quantize_multiplier(factor)
    return {
        "input1_offset": -zero_points[0],
        "input2_offset": -zero_points[1],
        "output_offset": zero_points[2],
        "output_multiplier": multiplier,
        "output_shift": shift,
        "activation_min": low,
        "activation_max": high,
    }


def value(p, a, b):
    """Compute one output with the arithmetic of fixedpoint.py."""
    x = (a + p["input1_offset"]) * (b + p["input2_offset"])
    scaled = requantize(x, p["output_multiplier"], p["output_shift"]) + p["output_offset"]
    return clamp(scaled, p["activation_min"], p["activation_max"])


@pytest.mark.parametrize("factor", [0.9, 0.5, 0.0039, 0.00001])
def test_the_table_of_products_is_the_kernels(factor):
    p = params(factor, (-7, 33, -100), low=-100)
    table = product.products_of(p)
    for a in NUMBERS:
        for b in NUMBERS:
            assert table[a + 128, b + 128] == value(p, a, b)


@pytest.mark.parametrize("seed", range(40))
def test_the_form_gives_every_product(seed):
    rng = np.random.default_rng(seed)
    zero_points = rng.integers(-128, 128, 3).tolist()
    low = zero_points[2] if seed % 3 == 0 else -128
    p = params(10 ** rng.uniform(-5, -0.01), zero_points, low)
    found = product.find_product(p)
    assert found is not None
    assert (found.values() == product.products_of(p)).all()


@pytest.mark.parametrize(
    ("zero_points", "low", "is_signed"),
    [
        ((0, 0, 0), -128, True),
        ((-128, -128, -128), -128, False),  # no negative product
        ((0, 0, -128), -128, False),  # those are clamped
        ((0, 0, 5), 5, False),
    ],
)
def test_the_sign_counts_only_where_a_negative_product_shows(zero_points, low, is_signed):
    assert product.find_product(params(0.01, zero_points, low)).is_signed == is_signed


@pytest.mark.parametrize("factor", [1.5, 2**-22])
def test_shifts_that_the_form_does_not_compute_are_refused(factor):
    assert product.find_product(params(factor, (0, 0, 0))) is None

"""Means: one multiplication against the kernel's division, for every sum that can occur."""

import numpy as np
import pytest

from tinyml.emit import pooling


def test_means_are_rounded_to_nearest_and_ties_away_from_zero():
    assert pooling.pool_means(2)[[256 - 3, 256 - 1, 256, 256 + 1, 256 + 3]].tolist() == [-2, -1, 0, 1, 2]
    assert pooling.pool_means(3)[[384 - 2, 384 - 1, 384 + 1, 384 + 2]].tolist() == [-1, 0, 0, 1]


@pytest.mark.parametrize("pixels", range(1, pooling.MAX_PIXELS + 1))
def test_one_factor_gives_the_mean_of_every_sum(pixels):
    means = pooling.pool_means(pixels)
    found = pooling.find_linear(pixels, means, 1 / pixels, -128, 127)
    assert found is not None
    sums = pooling.sums_of(pixels)
    assert sums.min() >= -(1 << 15)
    assert sums.max() < 1 << 15
    values = found.addend + (found.factor * sums >> 16) >> found.exponent
    assert (np.clip(values, -128, 127) == means).all()


def test_a_clamp_is_kept():
    found = pooling.find_linear(9, pooling.pool_means(9), 1 / 9, -5, 60)
    assert (found.low, found.high) == (-5, 60)


def test_what_is_not_linear_is_not_found():
    sums = pooling.sums_of(4)
    assert pooling.find_linear(4, np.abs(sums) // 4, 1 / 4, -128, 127) is None

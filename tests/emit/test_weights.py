import numpy as np
import pytest

from tinyml.emit import weights
from tinyml.emit.weights import chunks, depth_of


@pytest.mark.parametrize("count", [*range(1, 200), 256, 288, 576, 640, 1000, 4608])
@pytest.mark.parametrize("optimize", ["size", "balanced", "speed"])
def test_a_depth_holds_all_weights_and_few_zeros(count, optimize):
    depth = depth_of(count, optimize)
    assert 0 <= depth.size - count < 4
    assert depth.size == depth.turns * depth.unroll + depth.rest
    assert depth.unroll + depth.rest <= {"size": 28, "balanced": 48, "speed": 64}[optimize]
    assert depth.turns != 1
    assert {*chunks(depth.unroll), *chunks(depth.rest)} <= {4, 8}


def test_reach_is_what_inputs_at_the_ends_give():
    rng = np.random.default_rng(0)
    filters = rng.integers(-128, 128, (3, 5))
    least, most = weights.reach(filters, np.array([10, -20, 0]))
    every = np.array(np.meshgrid(*[[-128, 127]] * 5)).reshape(5, -1)
    sums = filters @ every + np.array([[10], [-20], [0]])
    assert (least == sums.min(axis=1)).all()
    assert (most == sums.max(axis=1)).all()


@pytest.mark.parametrize(
    ("first", "second", "fits"),
    [(-128, -127, True), (-1, -128, False), (0, -128, True), (127, 127, True), (-128, 127, True)],
)
def test_a_pair_must_fit_a_halfword(first, second, fits):
    pair = np.array([[first], [second]])
    assert weights.can_pair(pair, np.zeros(2, np.int64), np.zeros(2, np.int64)) == fits


@pytest.mark.parametrize(
    ("least", "most", "fits"),
    [(-(1 << 23), 0, True), (-(1 << 23) - 1, 0, False), (0, (1 << 23) - 1, True), (0, 1 << 23, False)],
)
def test_the_second_sum_of_a_pair_must_fit_24_bits(least, most, fits):
    ones = np.ones((2, 4), np.int64)
    wide = np.array([1 << 28, 1 << 28])  # the first sum may be any
    assert weights.can_pair(ones, np.array([-wide[0], least]), np.array([wide[1], most])) == fits

import numpy as np
import pytest

from tinyml.measure.agreement import agreeing


def test_a_sample_agrees_when_every_byte_of_every_output_does():
    first = np.array([[1, 2], [3, 4], [5, 6]], np.int8)
    second = np.array([[0.5], [1.5], [2.5]], np.float32)
    changed_first, changed_second = first.copy(), second.copy()
    changed_first[1, 0] = -3
    changed_second[2, 0] = np.nextafter(np.float32(2.5), np.float32(3))
    assert agreeing([first, second], [first, second]) == (True, True, True)
    assert agreeing([first, second], [changed_first, changed_second]) == (True, False, False)


def test_bytes_are_compared_not_values():
    assert agreeing([np.array([[0.0]], np.float32)], [np.array([[-0.0]], np.float32)]) == (False,)
    nan = np.array([[np.nan]], np.float32)
    assert agreeing([nan], [nan]) == (True,)


def test_both_sides_have_as_many_outputs():
    with pytest.raises(ValueError, match="zip"):
        agreeing([np.zeros((1, 1))], [])

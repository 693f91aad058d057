import numpy as np
import pytest

from tinyml.quantize import accuracy


def rows(*values: tuple[float, ...]) -> tuple[np.ndarray, ...]:
    return (np.array(values, np.float32),)


def test_classifier_agrees_by_class():
    result = accuracy.compare(
        rows((0.9, 0.1), (0.6, 0.4), (0.2, 0.8), (0.1, 0.9)),
        rows((0.8, 0.2), (0.4, 0.6), (0.3, 0.7), (0.1, 0.9)),
        np.array([0, 0, 0, 1]),
    )
    assert (result.samples, result.agreement, result.float_top1, result.int8_top1) == (4, 0.75, 0.75, 0.5)
    assert result.max_error == pytest.approx(0.2)
    assert result.mean_error == pytest.approx(0.1)


def test_other_models_have_errors_only():
    result = accuracy.compare(rows((1.0, 5.0)), rows((1.5, 5.0)), np.array([1]))
    assert (result.agreement, result.float_top1, result.int8_top1) == (None, None, None)
    assert result.mean_error == pytest.approx(0.25)


def test_several_outputs_are_compared_together():
    two = rows((0.0, 1.0)) + rows((2.0,))
    result = accuracy.compare(two, rows((0.0, 1.0)) + rows((5.0,)), None)
    assert (result.max_error, result.mean_error, result.agreement) == (3.0, 1.0, None)

"""Small models that several tests share, built by hand so that no converter is needed."""

import numpy as np

from tests.tflite import Builder

SAME, NO_ACTIVATION, RELU = 0, 0, 1


def classifier() -> bytes:
    """Return a model [1, 6, 6, 2] -> CONV_2D -> RESHAPE -> FULLY_CONNECTED -> SOFTMAX -> [1, 4]."""
    values = np.random.default_rng(1)
    model = Builder()
    x = model.tensor([1, 6, 6, 2], scale=0.05, zero_point=3)
    weights = values.integers(-127, 128, (4, 3, 3, 2)).astype(np.int8)
    filters = model.tensor([4, 3, 3, 2], scale=[0.01, 0.02, 0.013, 0.007], zero_point=[0] * 4, data=weights)
    bias = model.tensor(
        [4], "int32", scale=[0.0005, 0.001, 0.00065, 0.00035], data=np.array([10, -20, 300, 0], np.int32)
    )
    features = model.tensor([1, 6, 6, 4], scale=0.1, zero_point=-128)
    model.operator(
        "CONV_2D",
        [x, filters, bias],
        [features],
        {"padding": SAME, "strideW": 1, "strideH": 1, "fusedActivationFunction": RELU},
    )
    shape = model.tensor([2], "int32", data=np.array([1, 144], np.int32))
    flat = model.tensor([1, 144], scale=0.1, zero_point=-128)
    model.operator("RESHAPE", [features, shape], [flat], {"newShape": [1, 144]})
    matrix = model.tensor([4, 144], scale=0.004, data=values.integers(-127, 128, (4, 144)).astype(np.int8))
    scores = model.tensor([1, 4], scale=0.2, zero_point=5)
    model.operator("FULLY_CONNECTED", [flat, matrix, -1], [scores], {"fusedActivationFunction": NO_ACTIVATION})
    output = model.tensor([1, 4], scale=1 / 256, zero_point=-128)
    model.operator("SOFTMAX", [scores], [output], {"beta": 1.0})
    return model.build([x], [output])


def relu(shape: tuple[int, ...] = (1, 8)) -> bytes:
    """Return a model of one operator that may write over its input."""
    model = Builder()
    x = model.tensor(shape, scale=0.1)
    y = model.tensor(shape, scale=0.1)
    model.operator("RELU", [x], [y])
    return model.build([x], [y])

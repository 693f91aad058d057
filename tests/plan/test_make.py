import numpy as np
import pytest

from tests.tflite import Builder
from tinyml import graph, plan
from tinyml.errors import ModelError


def refused(model: bytes) -> str:
    with pytest.raises(ModelError) as caught:
        plan.make(graph.read(model))
    return str(caught.value)


def test_an_output_that_is_a_constant_is_refused():
    model = Builder()
    x, y = model.tensor([1, 4], scale=0.1), model.tensor([1, 4], scale=0.1)
    constant = model.tensor([1, 4], scale=0.1, data=np.zeros(4, np.int8))
    model.operator("RELU", [x], [y])
    assert "tensor 2 (t2), is a constant" in refused(model.build([x], [y, constant]))


def test_an_input_of_an_odd_type_is_refused():
    model = Builder()
    x, y = model.tensor([1, 4], "int64"), model.tensor([4], "int64")
    shape = model.tensor([1], "int32", data=np.array([4], np.int32))
    model.operator("RESHAPE", [x, shape], [y], {"newShape": [4]})
    assert "is int64; int8, uint8, int16, int32, bool, float32 are allowed" in refused(model.build([x], [y]))


def test_a_model_that_computes_nothing_is_refused():
    model = Builder()
    x, y = model.tensor([1, 4], scale=0.1), model.tensor([4], scale=0.1)
    shape = model.tensor([1], "int32", data=np.array([4], np.int32))
    model.operator("RESHAPE", [x, shape], [y], {"newShape": [4]})
    assert "computes nothing" in refused(model.build([x], [y]))

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
    x, y = model.tensor([1, 4], "float64"), model.tensor([4], "float64")
    shape = model.tensor([1], "int32", data=np.array([4], np.int32))
    model.operator("RESHAPE", [x, shape], [y], {"newShape": [4]})
    assert "is float64; int8, uint8, int16" in refused(model.build([x], [y]))


def test_a_model_that_computes_nothing_is_refused():
    model = Builder()
    x, y = model.tensor([1, 4], scale=0.1), model.tensor([4], scale=0.1)
    shape = model.tensor([1], "int32", data=np.array([4], np.int32))
    model.operator("RESHAPE", [x, shape], [y], {"newShape": [4]})
    assert "computes nothing" in refused(model.build([x], [y]))


def test_only_the_compiled_engine_rewrites_a_model():
    model = Builder()
    x, unread, y = (model.tensor([1, 4], scale=0.1) for _ in range(3))
    model.operator("RELU", [x], [unread])
    model.operator("RELU", [x], [y])
    read = graph.read(model.build([x], [y]))
    assert [rewriting.name for rewriting in plan.make_for(read, "compiled").rewritings] == ["unused"]
    as_it_is = plan.make_for(read, "interpreter")
    assert as_it_is.rewritings == ()
    assert as_it_is.graph is read


def test_what_is_refused_is_refused_though_nobody_reads_it():
    model = Builder()
    x, y = model.tensor([1, 4], scale=0.1), model.tensor([1, 4], scale=0.1)
    unread = model.tensor([1, 5], scale=0.1)
    model.operator("RELU", [x], [unread])
    model.operator("RELU", [x], [y])
    with pytest.raises(ModelError, match="operator 0 RELU"):
        plan.make_for(graph.read(model.build([x], [y])), "compiled")

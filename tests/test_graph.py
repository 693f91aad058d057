import hashlib

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import small_models
from tests.tflite import Builder
from tinyml import graph, ops
from tinyml.errors import ModelError


@pytest.fixture(scope="module")
def model() -> bytes:
    return small_models.classifier()


def test_a_model_becomes_its_tensors_and_operators(model):
    read = graph.read(model)
    assert [op.name for op in read.operators] == ["CONV_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX"]
    assert read.inputs == (0,)
    assert read.tensors[0].shape == (1, 6, 6, 2)
    assert read.tensors[0].quantized.zero_point == 3
    assert read.tensors[1].quantized.per_channel
    assert read.tensors[1].values.dtype == np.int8
    assert read.operators[2].inputs[2] == -1
    assert read.sha256 == hashlib.sha256(model).hexdigest()


def test_an_operator_is_called_by_its_place_kind_and_name(model):
    read = graph.read(model)
    assert read.label(read.operators[0]) == "0 CONV_2D (t3)"


@pytest.mark.parametrize("data", [b"", b"x", b"\0" * 7, b"\0" * 64, b"PK\x03\x04" + b"\0" * 60])
def test_what_is_no_model_is_refused_in_one_sentence(data):
    with pytest.raises(ModelError, match="not a TensorFlow Lite model"):
        graph.read(data)


def read_and_lower(data: bytes) -> None:
    """Do what every command does first with a model; only a ModelError of one line may come out."""
    said = ""
    try:
        ops.lower(graph.read(data))
    except ModelError as error:
        said = str(error)
    assert "\n" not in said


def test_every_truncation_ends_in_a_graph_or_one_error(model):
    for length in range(0, len(model), 7):
        read_and_lower(model[:length])


@settings(max_examples=1500, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=8))
@example([(4, 0)])
def test_changed_bytes_end_in_a_graph_or_one_error(changes):
    data = bytearray(small_models.classifier())
    for at, value in changes:
        data[8 + at % (len(data) - 8)] = value
    read_and_lower(bytes(data))


@settings(max_examples=500, derandomize=True, deadline=None)
@given(
    st.integers(0, 1 << 20), st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
)
def test_extreme_words_end_in_a_graph_or_one_error(at, word):
    data = bytearray(small_models.classifier())
    at = 8 + at % (len(data) - 12)
    data[at : at + 4] = word.to_bytes(4, "little")
    read_and_lower(bytes(data))


def test_an_index_outside_the_model_is_named():
    model = Builder()
    x = model.tensor([1, 4], scale=0.1)
    model.operator("RELU", [x], [9])
    with pytest.raises(ModelError, match="names tensor 9; the model has 1"):
        graph.read(model.build([x], [x]))


def test_a_tensor_that_nothing_computes_is_named():
    model = Builder()
    x, y, z = (model.tensor([1, 4], scale=0.1) for _ in range(3))
    model.operator("ADD", [x, y], [z], {})
    with pytest.raises(ModelError, match="reads tensor 1, which nothing has computed"):
        graph.read(model.build([x], [z]))


def test_a_shape_that_is_not_fixed_is_refused_with_advice():
    model = Builder()
    x = model.tensor([-1, 4], scale=0.1)
    model.operator("RELU", [x], [model.tensor([1, 4], scale=0.1)])
    with pytest.raises(ModelError, match=r"shape \[-1, 4\]") as caught:
        graph.read(model.build([x], [1]))
    assert "batch 1" in caught.value.hint


def test_data_that_does_not_fill_its_shape_is_refused():
    model = Builder()
    x = model.tensor([1, 4], scale=0.1)
    constant = model.tensor([1, 4], scale=0.1, data=np.zeros(3, np.int8))
    model.operator("ADD", [x, constant], [model.tensor([1, 4], scale=0.1)], {})
    with pytest.raises(ModelError, match="3 bytes of data, not 4"):
        graph.read(model.build([x], [2]))


def test_all_unsupported_operators_are_named_at_once():
    model = Builder()
    x, y, z = (model.tensor([1, 4], scale=0.1) for _ in range(3))
    model.operator("COS", [x], [y])
    model.operator("SIN", [y], [z])
    with pytest.raises(ModelError, match=r"2 operators are not supported: 0 COS \(t1\); 1 SIN \(t2\)") as caught:
        ops.lower(graph.read(model.build([x], [z])))
    assert "CONV_2D" in caught.value.hint

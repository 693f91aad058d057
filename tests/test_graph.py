import contextlib
import hashlib
import time
import tracemalloc

import flatbuffers
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import small_models
from tests.interpreter.program import FORM, GRAPH, OK, TENSOR, program
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


def stateful(uses: int = 1, data: np.ndarray | None = None, ends: tuple[int, ...] = ()) -> bytes:
    """A model of operators that read a variable; `ends` are tensors that the model has as inputs, too."""
    model = Builder()
    x, state = (
        model.tensor([1, 4], scale=0.1),
        model.tensor([1, 4], scale=0.1, zero_point=-3, variable=True, data=data),
    )
    outputs = [model.tensor([1, 4], scale=0.1) for _ in range(uses)]
    for output in outputs:
        model.operator("ADD", [x, state], [output], {})
    return model.build([x, *ends], outputs)


def test_a_variable_has_a_value_from_the_beginning():
    read = graph.read(stateful())
    assert [tensor.index for tensor in read.variables] == [1]
    assert read.tensors[1].reset_byte == 256 - 3


def test_a_variable_of_int16_begins_with_0():
    model = Builder()
    x, y = model.tensor([1, 4], scale=0.1), model.tensor([1, 4], scale=0.1)
    model.tensor([4], "int16", scale=0.1, zero_point=7, variable=True)
    model.operator("RELU", [x], [y])
    assert graph.read(model.build([x], [y])).tensors[2].reset_byte == 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda: stateful(2), r"operator 1 ADD \(t3\) reads tensor 1, a variable that was read before"),
        (lambda: stateful(data=np.zeros(4, np.int8)), r"tensor 1 \(t1\) is a variable and holds constant values"),
        (lambda: stateful(ends=(1,)), "inputs and outputs name tensor 1, which is a variable"),
    ],
)
def test_a_variable_is_the_state_of_one_operator(data, words):
    with pytest.raises(ModelError, match=words):
        graph.read(data())
    assert program().run(data()).error in (TENSOR, GRAPH)


def test_a_variable_is_not_written_by_an_operator_as_its_output():
    model = Builder()
    x, state = model.tensor([1, 4], scale=0.1), model.tensor([1, 4], scale=0.1, variable=True)
    y = model.tensor([1, 4], scale=0.1)
    model.operator("RELU", [x], [state])
    model.operator("RELU", [x], [y])
    data = model.build([x], [y])
    with pytest.raises(ModelError, match="writes tensor 1, which has a value already"):
        graph.read(data)
    assert program().run(data).error == GRAPH


def test_an_operator_without_state_does_not_read_a_variable():
    with pytest.raises(ModelError, match="reads tensor 1, a variable, which is not its state"):
        ops.lower(graph.read(stateful()))
    assert program().run(stateful()).error == FORM


def test_a_tensor_without_elements_may_be_there_and_not_be_used():
    for used in (False, True):
        model = Builder()
        x, empty, y = (
            model.tensor([1, 4], scale=0.1),
            model.tensor([0], "float32"),
            model.tensor([1, 4], scale=0.1),
        )
        model.operator("RELU", [empty if used else x], [y])
        data = model.build([x, empty] if used else [x], [y])
        assert program().run(data).error == (GRAPH if used else OK)
        if used:
            with pytest.raises(ModelError, match=r"shape \[0\]; each dimension must be fixed and at least 1"):
                graph.read(data)
        else:
            assert graph.read(data).tensors[1].elements == 0


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
    with pytest.raises(
        ModelError, match=r"2 operators are not supported: 0 COS \(t1\): .* 1 SIN \(t2\)"
    ) as caught:
        ops.lower(graph.read(model.build([x], [z])))
    assert "COS, SIN" in caught.value.hint


def _offsets(builder: flatbuffers.Builder, target: int, count: int = 1) -> int:
    """Write a vector of `count` offsets to one target."""
    builder.StartVector(4, count, 4)
    for _ in range(count):
        builder.PrependUOffsetTRelative(target)
    return builder.EndVector()


def _table(builder: flatbuffers.Builder, offsets: dict[int, int], version: int = 0) -> int:
    """Write a table whose fields are offsets, by slot; the model's version is a number in slot 0."""
    builder.StartObject(5)
    builder.PrependUint32Slot(0, version, 0)
    for slot, offset in offsets.items():
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    return builder.EndObject()


def sharing(kind: str, count: int, size: int) -> bytes:
    """Return a file in which `count` offsets point to one table, so that its vector of `size` bytes is shared."""
    builder = flatbuffers.Builder(1024)
    content = builder.CreateByteVector(b"\1" * size)
    absent_inputs = builder.CreateNumpyVector(np.full(size // 4, -1, np.int32))
    scales = builder.CreateNumpyVector(np.ones(size // 4, np.float32))
    as_many = builder.CreateNumpyVector(np.array([size // 4], np.int32))
    one = builder.CreateNumpyVector(np.ones(1, np.int32))
    fields = {
        "buffers": {0: content},
        "names": {0: one, 3: content},
        "shapes": {0: content},
        "scales": {0: as_many, 4: _table(builder, {2: scales})},
        "operators": {1: absent_inputs},
        "codes": {1: content},
        "subgraphs": {},
    }
    shared = _offsets(builder, _table(builder, fields[kind]), count)
    subgraph = {0: _offsets(builder, _table(builder, {0: one}), 2), 1: one, 2: one}
    of_subgraph = {"names": 0, "shapes": 0, "scales": 0, "operators": 3}
    if kind in of_subgraph:
        subgraph[of_subgraph[kind]] = shared
    model = {
        1: _offsets(builder, _table(builder, {})),
        2: _offsets(builder, _table(builder, subgraph)),
        4: _offsets(builder, _table(builder, {})),
    }
    of_model = {"codes": 1, "subgraphs": 2, "buffers": 4}
    if kind in of_model:
        model[of_model[kind]] = shared
    builder.Finish(_table(builder, model, version=3), b"TFL3")
    return bytes(builder.Output())


@pytest.mark.parametrize("kind", ["buffers", "names", "shapes", "scales", "operators", "codes", "subgraphs"])
@pytest.mark.parametrize(("count", "size"), [(16_000, 400_000), (100_000, 400)])
def test_what_many_offsets_share_costs_neither_time_nor_memory(kind, count, size):
    data = sharing(kind, count, size)
    tracemalloc.start()
    began = time.monotonic()
    with contextlib.suppress(ModelError):
        graph.read(data)
    seconds, (_, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 5  # a second without tracing
    assert peak < 40 * len(data)


def test_more_tensors_than_any_model_has_are_refused():
    with pytest.raises(ModelError, match="the model has 20000 tensors; at most 16384 are allowed"):
        graph.read(sharing("names", 20_000, 4))


def test_a_shape_is_not_decoded_before_its_rank_is_known():
    with pytest.raises(ModelError, match="has 400000 dimensions; at most 8"):
        graph.read(sharing("shapes", 1, 400_000))

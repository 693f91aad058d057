import itertools
import random
import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import small_models
from tests.tflite import Builder
from tinyml import graph, ops
from tinyml import plan as plans
from tinyml.plan.memory import ALIGNMENT, buffers, plan_memory


def planned(data: bytes):
    read = graph.read(data)
    lowered = ops.lower(read)
    return read, buffers(read, lowered, shrink=False), plan_memory(read, lowered)


def test_an_operator_writes_over_its_input_where_that_is_safe():
    _, parts, memory = planned(small_models.relu((1, 100)))
    assert [b.tensors for b in parts] == [(0, 1)]
    assert memory.arena_bytes == 100


def test_an_input_that_is_read_again_is_not_overwritten():
    model = Builder()
    x, y, z = (model.tensor([1, 100], scale=0.1) for _ in range(3))
    model.operator("RELU", [x], [y])
    model.operator("ADD", [x, y], [z], {})
    _, _, memory = planned(model.build([x], [z]))
    assert memory.arena_bytes == 200


def test_an_output_of_the_model_is_kept_until_the_end():
    model = Builder()
    x, y, z, w = (model.tensor([1, 100], scale=0.1) for _ in range(4))
    model.operator("RELU", [x], [y])
    model.operator("RELU", [y], [z])
    model.operator("RELU", [z], [w])
    read, _, memory = planned(model.build([x], [y, w]))
    assert memory.arena_bytes == 200
    assert memory.offsets[read.outputs[0]] != memory.offsets[read.outputs[1]]


def test_a_reshaped_tensor_is_the_same_bytes():
    read, _, memory = planned(small_models.classifier())
    conv, reshape = read.operators[0].outputs[0], read.operators[1].outputs[0]
    assert memory.offsets[conv] == memory.offsets[reshape]


def test_a_reshaped_tensor_that_is_read_under_its_first_name_is_not_overwritten():
    model = Builder()
    x, y, renamed, z, w = (model.tensor([1, 100], scale=0.1) for _ in range(5))
    model.operator("RELU", [x], [y])
    model.operator("RESHAPE", [y, model.tensor([2], "int32", data=np.array([1, 100], np.int32))], [renamed], {})
    model.operator("RELU", [renamed], [z])
    model.operator("ADD", [y, z], [w], {})
    _, _, memory = planned(model.build([x], [w]))
    assert memory.offsets[y] == memory.offsets[renamed] != memory.offsets[z]


def mean(model: Builder, source: int, output: int) -> None:
    axes = model.tensor([1], "int32", data=np.array([0], np.int32))
    model.operator("MEAN", [source, axes], [output], {"keepDims": True})


def test_a_smaller_output_lies_on_its_input():
    model = Builder()
    x, y = model.tensor([10, 10], scale=0.1), model.tensor([1, 10], scale=0.1)
    mean(model, x, y)
    _, _, memory = planned(model.build([x], [y]))
    assert memory.offsets[x] == memory.offsets[y] == 0
    assert (memory.arena_bytes, memory.live_bytes) == (100, (100,))


def test_a_smaller_output_does_not_keep_a_large_input_where_that_costs_more():
    model = Builder()
    x, y = model.tensor([10, 10], scale=0.1), model.tensor([1, 10], scale=0.1)
    z = model.tensor([10, 10], scale=0.1)
    mean(model, x, y)
    large = model.tensor([10, 10], scale=0.1, data=np.ones((10, 10), np.int8))
    model.operator("ADD", [y, large], [z], {})
    _, _, memory = planned(model.build([x], [y, z]))
    assert memory.arena_bytes == 112


def test_a_larger_output_lies_elsewhere():
    model = Builder()
    x, y = model.tensor([1, 100], scale=0.1), model.tensor([1, 100], "float32")
    model.operator("DEQUANTIZE", [x], [y])
    _, _, memory = planned(model.build([x], [y]))
    assert memory.arena_bytes == 500


@st.composite
def chains(draw) -> bytes:
    """Draw a model of element-wise operators with branches, on tensors of 1 to 3 sizes."""
    model = Builder()
    sizes = {
        model.tensor([1, n], scale=0.1): n for n in draw(st.lists(st.integers(1, 40), min_size=1, max_size=3))
    }
    inputs = list(sizes)
    made = list(sizes)
    for _ in range(draw(st.integers(1, 10))):
        first = draw(st.sampled_from(made))
        same = [t for t in made if sizes[t] == sizes[first]]
        second = draw(st.sampled_from(same))
        output = model.tensor([1, sizes[first]], scale=0.1)
        sizes[output] = sizes[first]
        if draw(st.booleans()):
            model.operator("ADD", [first, second], [output], {})
        else:
            model.operator("RELU", [first], [output])
        made.append(output)
    outputs = draw(st.lists(st.sampled_from(made[len(inputs) :]), min_size=1, max_size=2, unique=True))
    return model.build(inputs, outputs)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(chains())
def test_no_two_living_buffers_overlap(data):
    _, parts, memory = planned(data)
    for buffer in parts:
        offset = memory.offsets[buffer.tensors[0]]
        assert offset % ALIGNMENT == 0
        assert offset + buffer.size <= memory.arena_bytes
    for a, b in itertools.combinations(parts, 2):
        apart_in_time = a.last < b.first or b.last < a.first
        low, high = sorted((a, b), key=lambda part: memory.offsets[part.tensors[0]])
        apart_in_space = memory.offsets[low.tensors[0]] + low.size <= memory.offsets[high.tensors[0]]
        assert apart_in_time or apart_in_space
    assert memory.arena_bytes >= max(memory.live_bytes)


def test_two_thousand_operators_are_planned_in_a_moment():
    values = random.Random(0)
    model = Builder()
    made = [(model.tensor([1, n], scale=0.1), n) for n in range(20, 30)]
    inputs = [tensor for tensor, _ in made]
    for _ in range(2000):
        source, size = values.choice(made[-10:])
        before, after = values.randint(0, 3), values.randint(0, 3)
        padding = model.tensor([2, 2], "int32", data=np.array([[0, 0], [before, after]], np.int32))
        made.append((model.tensor([1, size + before + after], scale=0.1), size + before + after))
        model.operator("PAD", [source, padding], [made[-1][0]], {})
    read = graph.read(model.build(inputs, [made[-1][0]]))
    lowered = ops.lower(read)
    began = time.monotonic()
    memory = plan_memory(read, lowered)
    assert time.monotonic() - began < 4  # half a second on an idle machine
    assert max(memory.live_bytes) <= memory.arena_bytes < 1.5 * max(memory.live_bytes)


def test_a_variable_shares_its_bytes_with_no_tensor():
    model = Builder()
    values = np.random.default_rng(0)
    x = model.tensor([1, 8], scale=0.1)
    for _ in range(3):  # where each tensor but the states lies upon the one before
        y = model.tensor([1, 8], scale=0.1)
        features = model.tensor([8, 8], scale=0.1, data=values.integers(-9, 9, (8, 8)).astype(np.int8))
        times = model.tensor([8, 2], scale=0.1, data=values.integers(-9, 9, (8, 2)).astype(np.int8))
        bias = model.tensor([8], "int32", scale=0.01, data=np.zeros(8, np.int32))
        state = model.tensor([1, 16], scale=0.1, variable=True)
        model.operator("SVDF", [x, features, times, bias, state], [y], {"rank": 1})
        x = y
    read, parts, memory = planned(model.build([0], [x]))
    for variable in read.variables:
        (buffer,) = (part for part in parts if variable.index in part.tensors)
        assert (buffer.tensors, buffer.first, buffer.last) == ((variable.index,), 0, 3)
        taken = range(memory.offsets[variable.index], memory.offsets[variable.index] + 16)
        assert all(offset not in taken for tensor, offset in memory.offsets.items() if tensor != variable.index)


def test_two_plans_are_equal():
    _, _, first = planned(small_models.classifier())
    _, _, second = planned(small_models.classifier())
    assert first == second


def test_the_reference_models_need_no_more_than_is_alive_at_once(shared_models):
    for name, most in (("kws_ref_model", 16_128), ("ad01_int8", 1_024), ("pretrainedResnet_quant", 55_008)):
        memory = plans.make(graph.read((shared_models / f"{name}.tflite").read_bytes())).memory
        assert memory.arena_bytes == max(memory.live_bytes) <= most

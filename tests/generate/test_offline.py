"""The memory plan as metadata: another reader finds it, and the model is the same."""

import numpy as np

from tests import oracle, small_models
from tests.tflite import schema
from tinyml import plan as plans
from tinyml.generate import offline
from tinyml.graph import read
from tinyml.plan.interpreter import prepared


def _plan():
    return plans.make(read(small_models.classifier()))


def test_the_model_is_the_same():
    before, after = _plan(), offline.attach(_plan())
    graph = read(after.graph.data)
    assert graph.tensors == before.graph.tensors
    assert (graph.inputs, graph.outputs) == (before.graph.inputs, before.graph.outputs)
    assert graph.sha256 == after.graph.sha256 != before.graph.sha256
    assert after.graph.data.endswith(before.graph.data)
    sample = np.arange(72).astype(np.int8).reshape(1, 6, 6, 2)
    first, second = (oracle.run(data, [sample])[0] for data in (before.graph.data, after.graph.data))
    assert np.array_equal(first, second)


def test_another_reader_finds_the_plan():
    plan = offline.attach(_plan())
    classes = schema()
    model = classes.ModelT.InitFromObj(classes.Model.GetRootAs(plan.graph.data, 0))
    (entry,) = model.metadata
    assert entry.name == offline.NAME.encode()
    data = np.asarray(model.buffers[entry.buffer].data, np.uint8)
    count = len(plan.graph.tensors)
    numbers, arrays = data[: 4 * (count + 3)].view("<i4").tolist(), data[4 * (count + 3) :].tobytes()
    assert numbers == [0, 0, count, *(plan.memory.offsets.get(i, -1) for i in range(count))]
    assert arrays == prepared(plan)


def test_a_second_plan_replaces_the_first():
    once = offline.attach(_plan())
    twice = offline.attach(once)
    classes = schema()
    model = classes.ModelT.InitFromObj(classes.Model.GetRootAs(twice.graph.data, 0))
    assert [entry.name for entry in model.metadata] == [offline.NAME.encode()]

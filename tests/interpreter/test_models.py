"""Whole models, layer by layer, against TFLM; with the plan that tinyml puts into the file and without."""

from pathlib import Path

import numpy as np
import pytest

from tests import oracle
from tests.interpreter.program import ARENA, program
from tests.ops.single import values
from tinyml import plan as plans
from tinyml.generate import offline
from tinyml.graph import read

MODELS = ("ad01_int8", "kws_ref_model", "pretrainedResnet_quant")


@pytest.mark.parametrize("planned", [True, False], ids=["planned", "unplanned"])
@pytest.mark.parametrize("name", MODELS)
def test_every_layer_agrees_with_tflm(shared_models: Path, name: str, planned: bool) -> None:
    plan = plans.make(read((shared_models / f"{name}.tflite").read_bytes()))
    data = (offline.attach(plan) if planned else plan).graph.data
    tensors = [layer.operator.outputs[0] for layer in plan.layers]
    rng = np.random.default_rng(0)
    for _ in range(2):
        inputs = [values(rng, plan.graph.tensors[at].shape) for at in plan.graph.inputs]
        answer = program().run(data, inputs)
        assert answer.error == 0
        expected = [values.tobytes() for values in oracle.run(data, inputs, tensors)]
        for layer, found, wanted in zip(plan.layers, answer.layers, expected, strict=True):
            assert found == wanted, layer.label
        assert answer.outputs[0] == expected[-1]


def test_an_arena_that_is_too_small_is_told(shared_models: Path) -> None:
    data = (shared_models / "kws_ref_model.tflite").read_bytes()
    needed = program().run(data).used
    assert program().run(data, arena_bytes=needed).error == 0
    for size in (0, 4, 1000, needed // 2, needed - 8):
        assert program().run(data, arena_bytes=size).error == ARENA

"""Whole models, layer by layer."""

from pathlib import Path

import numpy as np
import pytest

from tests import oracle
from tests.host import host
from tests.ops.single import values
from tinyml import ops
from tinyml.graph import read

# Multiply-accumulates as the models' README has them.
MODELS = {"ad01_int8": 264_192, "kws_ref_model": 2_656_768, "pretrainedResnet_quant": 12_501_632}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_layer_agrees_with_tflm(shared_models: Path, name: str) -> None:
    data = (shared_models / f"{name}.tflite").read_bytes()
    graph = read(data)
    lowered = ops.lower(graph)
    assert sum(layer.macs for layer in lowered) == MODELS[name]
    tensors = [operator.outputs[0] for operator in graph.operators]
    rng = np.random.default_rng(0)
    for _ in range(3):
        inputs = [values(rng, graph.tensors[at].shape) for at in graph.inputs]
        found = host().run(graph, lowered, inputs)
        for operator, expected in zip(graph.operators, oracle.run(data, inputs, tensors), strict=True):
            at = operator.outputs[0]
            assert np.array_equal(found[at], expected.reshape(found[at].shape)), graph.label(operator)

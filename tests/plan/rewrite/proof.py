"""The proof of a rewriting: the rewritten graph on the host, layer by layer, beside TFLM on the whole model."""

import numpy as np

from tests import oracle
from tests.host import host
from tests.ops.single import values
from tinyml import ops
from tinyml import plan as plans
from tinyml.graph import Graph, read
from tinyml.plan import Plan

_RANDOM = 4  # samples


def samples(graph: Graph) -> list[list[np.ndarray]]:
    """Return random inputs, and extreme ones: all at either end of the type, and from one to the other."""
    rng = np.random.default_rng(0)
    tensors = [graph.tensors[at] for at in graph.inputs]
    drawn = [[values(rng, tensor.shape, tensor.type) for tensor in tensors] for _ in range(_RANDOM)]
    for ends in ((-128,), (127,), (-128, 127), (127, -128), range(-128, 128)):
        drawn.append([np.resize(np.array(ends), tensor.shape).astype(tensor.type) for tensor in tensors])
    return drawn


def proven(model: bytes) -> Plan:
    """Return the rewritten plan of a model, of which outputs and each layer's output are TFLM's."""
    plan = plans.make_rewritten(read(model))
    graph = plan.graph
    lowered = ops.lower(graph)
    compared = [graph.tensors[t] for t in (*graph.outputs, *(layer.operator.outputs[0] for layer in plan.layers))]
    for inputs in samples(graph):
        found = host().run(graph, lowered, inputs)
        expected = oracle.run(model, inputs, [tensor.whole for tensor in compared])
        for tensor, wanted in zip(compared, expected, strict=True):
            assert np.array_equal(found[tensor.index], tensor.part_of(wanted).reshape(tensor.shape)), tensor
    return plan


def done(model: bytes) -> dict[str, tuple[str, ...]]:
    """Return what rewritings did to a model, by their names; all of it is proven."""
    return {rewriting.name: rewriting.done for rewriting in proven(model).rewritings}

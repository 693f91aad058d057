"""Damaged models: each is refused with a `ModelError`, or runs without touching a byte outside its tensors.

Bytes that decide something (shapes, options, indices, quantization) are a small part of a file, so the models are
small: most changes hit one of them. TFLM is not asked, since a damaged model can end its process.
"""

from collections.abc import Callable

import numpy as np
import pytest

from tests.host import host
from tests.ops.single import values
from tests.ops.twins import twins
from tinyml import ops
from tinyml.errors import ModelError
from tinyml.graph import Graph, read

_CHANGES = 1000
_MOST_WORK = 1 << 20  # multiply-accumulates and bytes of a damaged model that is still run

# By name of the operator and number of the model. One seed for each makes the models, and with them the changes,
# the same in every run.
MODELS: dict[str, Callable[[np.random.Generator], bytes]] = {
    f"{name} {i}": make for name, twin in twins().items() for i, make in enumerate(twin.small)
}


def _damaged(rng: np.random.Generator, model: bytes) -> bytes:
    """Return the model with one to three bytes changed, often to a value that means much."""
    data = bytearray(model)
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(8, len(data)))
        data[at] = int(
            rng.choice([0, 1, 2, 3, 0x7F, 0x80, 0xFF, data[at] ^ (1 << rng.integers(8)), rng.integers(256)])
        )
    return bytes(data)


def _run(graph: Graph, rng: np.random.Generator) -> None:
    lowered = ops.lower(graph)
    size = sum(t.nbytes for t in graph.tensors) + sum(layer.macs for layer in lowered)
    window = 1
    for layer in lowered:
        for call in layer.calls:
            window *= int(call.params.get("filter_height", 1)) * int(call.params.get("filter_width", 1))
    if size * window <= _MOST_WORK:
        shapes = ((graph.tensors[at].nbytes,) for at in graph.inputs)
        host().run(graph, lowered, [values(rng, shape) for shape in shapes])


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_damaged_model_is_refused_or_runs_within_bounds(name: str) -> None:
    rng = np.random.default_rng(1)
    model = MODELS[name](rng)
    _run(read(model), rng)
    refused = 0
    for _ in range(_CHANGES):
        try:
            _run(read(_damaged(rng, model)), rng)
        except ModelError:
            refused += 1
    assert 0 < refused < _CHANGES

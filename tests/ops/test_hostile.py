"""Damaged models: each is refused with a `ModelError`, or runs without touching a byte outside its tensors.

Bytes that decide something (shapes, options, indices, quantization) are a small part of a file, so the models are
small: most changes hit one of them. TFLM is not asked, since a damaged model can end its process.
"""

from collections.abc import Callable

import numpy as np
import pytest

from tests.host import host
from tests.ops import binary, pools, unary
from tests.ops.single import values
from tests.ops.test_concatenation import concatenation
from tests.ops.test_conv2d import conv
from tests.ops.test_depthwise_conv2d import depthwise
from tests.ops.test_fully_connected import dense
from tests.ops.test_mean import mean
from tests.ops.test_pad import pad
from tests.ops.test_reshape import reshape
from tests.ops.test_softmax import softmax
from tinyml import ops
from tinyml.errors import ModelError
from tinyml.graph import Graph, read

_CHANGES = 1000
_MOST_WORK = 1 << 20  # multiply-accumulates and bytes of a damaged model that is still run

# One seed for each makes the models, and with them the changes, the same in every run.
MODELS: dict[str, Callable[[np.random.Generator], bytes]] = {
    "ADD": lambda _: binary.binary("ADD", shapes=((2, 3), (1, 3))),
    "AVERAGE_POOL_2D": lambda _: pools.pool("AVERAGE_POOL_2D"),
    "CONCATENATION": lambda _: concatenation(),
    "CONV_2D": lambda rng: conv(rng, filters=(2, 2, 2, 3)),
    "CONV_2D 1x1": lambda rng: conv(rng, filters=(2, 1, 1, 3)),
    "DEPTHWISE_CONV_2D": lambda rng: depthwise(rng, taps=(2, 2)),
    "DEQUANTIZE": lambda _: unary.unary("DEQUANTIZE", types=("int8", "float32"), scales=(0.1, None)),
    "FULLY_CONNECTED": dense,
    "LOGISTIC": lambda _: unary.unary("LOGISTIC", scales=(0.1, 1 / 256), zero_points=(0, -128)),
    "MAX_POOL_2D": lambda _: pools.pool("MAX_POOL_2D"),
    "MEAN": lambda _: mean(),
    "MUL": lambda _: binary.binary("MUL", shapes=((2, 3), (2, 1))),
    "PAD": lambda _: pad(),
    "QUANTIZE": lambda _: unary.unary("QUANTIZE", types=("float32", "int8"), scales=(None, 0.1)),
    "RELU": lambda _: unary.unary("RELU"),
    "RELU6": lambda _: unary.unary("RELU6"),
    "RESHAPE": lambda _: reshape((2, 6), (3, 4), shapes=1),
    "SOFTMAX": lambda _: softmax(),
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


def test_every_operator_is_damaged() -> None:
    assert {name.split()[0] for name in MODELS} == set(ops.REGISTRY)

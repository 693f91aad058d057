"""Models of one operator: random values for them, and the comparison with TFLM."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests import oracle
from tests.host import host
from tests.interpreter.program import OK, program
from tinyml import ops
from tinyml import plan as plans
from tinyml.errors import ModelError
from tinyml.generate import offline
from tinyml.graph import read

examples = settings(
    max_examples=80,  # `tools/check_ops` draws thousands
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

SAMPLES = 2  # of a case


@dataclass(frozen=True)
class Case:
    """A model of one operator, and samples for it: for each of the model's inputs an array."""

    model: bytes
    samples: tuple[tuple[np.ndarray, ...], ...]


ACTIVATIONS = {"NONE": 0, "RELU": 1, "RELU_N1_TO_1": 2, "RELU6": 3}

zero_points = st.sampled_from([0, -128, -127, -1, 1, 126, 127]) | st.integers(-128, 127)
int16_zero_points = st.just(0) | st.sampled_from([-32768, -32767, -1, 1, 32767]) | st.integers(-32768, 32767)
activations = st.sampled_from(sorted(ACTIVATIONS.values()))
seeds = st.integers(0, 2**32 - 1)
generators = seeds.map(np.random.default_rng)


def scales(low: float = 1e-4, high: float = 1.0) -> st.SearchStrategy[float]:
    """Scales from `low` to `high`, as likely in each octave, as 32-bit floats."""
    exponents = st.floats(math.log2(low), math.log2(high))
    return exponents.map(lambda e: min(max(float(np.float32(2.0**e)), low), high))


def factors() -> st.SearchStrategy[float]:
    """Ratios of scales: mostly those of real layers, sometimes far out."""
    usual, extreme = st.floats(-14, 1), st.sampled_from([-45.0, -33.0, -31.0, -30.0, 0.0, 8.0, 22.0])
    return (usual | usual | usual | extreme).map(lambda e: 2.0**e)


def values(rng: np.random.Generator, shape: Sequence[int], type: str = "int8") -> np.ndarray:
    """Random values: uniform, or only the two ends of the range, or of a type wider than 8 bits small ones."""
    if type == "float32":
        return rng.normal(0, 3, shape).astype(np.float32)
    if type == "bool":
        return rng.integers(0, 2, size=shape).astype(bool)
    if type == "int4":
        return rng.integers(-8, 8, size=shape, dtype=np.int8)
    low, high = np.iinfo(type).min, np.iinfo(type).max
    kind = rng.integers(3)
    if kind == 0:
        return rng.choice(np.array([low, high], type), size=shape)
    if kind == 1 and high > 255:
        low, high = max(low, -10), 10
    return rng.integers(low, high, size=shape, dtype=type, endpoint=True)


def case(model: bytes, rng: np.random.Generator, *shapes: Sequence[int], type: str = "int8") -> Case:
    """Return the case of a model with inputs of one type, of these shapes."""
    return Case(model, tuple(tuple(values(rng, shape, type) for shape in shapes) for _ in range(SAMPLES)))


def exact(drawn: Case) -> None:
    """Check that a case agrees with TFLM on all of its samples."""
    for sample in drawn.samples:
        agrees(drawn.model, *sample)


def agrees(model: bytes, *inputs: np.ndarray) -> None:
    """Check that the model's only operator gives TFLM's bytes.

    It is lowered and run on the host (also in place), and run from the flatbuffer by the interpreter.

    What is refused must be refused by TFLM and by the interpreter too.
    """
    graph = read(model)
    interpreted = program().run(model, inputs)
    try:
        (lowered,) = ops.lower(graph)
    except ModelError:
        assert interpreted.error != OK
        with pytest.raises(RuntimeError):
            oracle.run(model, inputs)
        return
    expected = oracle.run(model, inputs)
    found = host().run(graph, (lowered,), inputs)
    assert interpreted.error == OK
    for at, wanted, answer in zip(graph.outputs, expected, interpreted.outputs, strict=True):
        assert np.array_equal(found[at], wanted.reshape(found[at].shape))
        assert answer == found[at].tobytes()
    if lowered.calls:
        prepared = program().run(offline.attach(plans.make(graph)).graph.data, inputs)
        assert prepared.outputs == interpreted.outputs, "with prepared arrays"
        assert prepared.used <= interpreted.used
    for source in lowered.in_place:
        upon = host().run_in_place(graph, lowered, source, inputs)
        assert np.array_equal(upon, expected[0].reshape(upon.shape)), f"in place of tensor {source}"


def refused(model: bytes, *words: Any) -> None:
    """Check that the model is refused with an error that names the operator and holds `words`."""
    graph = read(model)
    with pytest.raises(ModelError) as caught:
        ops.lower(graph)
    assert program().run(model).error != OK
    for word in (f"operator {graph.label(graph.operators[0])}: ", *words):
        assert str(word) in str(caught.value)

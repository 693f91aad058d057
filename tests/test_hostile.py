"""Damaged models for the host's reader, for a fixed time; `tools/fuzz_graph` runs for as long as one likes."""

import time

import numpy as np
import pytest

from tests import hostile
from tests.interpreter.fuzz import bases, damaged
from tests.ops import unary
from tests.tflite import Builder
from tinyml import graph
from tinyml.errors import ModelError

SECONDS = 8


@pytest.mark.fuzz
def test_damaged_models_end_in_a_plan_or_in_one_sentence() -> None:
    rng, models, answers = np.random.default_rng(0), bases(), set()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        data = damaged(rng, models[rng.integers(len(models))])
        with hostile.time_limit():
            answers.add(hostile.answer(data))
    assert answers == {True, False}


def test_more_operators_than_can_be_planned_soon_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "_MAX_OPERATORS", 1)
    graph.read(unary.unary("RELU"))
    b = Builder()
    tensors = [b.tensor((4,), scale=0.1) for _ in range(3)]
    b.operator("RELU", tensors[:1], tensors[1:2])
    b.operator("RELU", tensors[1:2], tensors[2:])
    with pytest.raises(ModelError, match="2 operators; at most 1"):
        graph.read(b.build(tensors[:1], tensors[2:]))

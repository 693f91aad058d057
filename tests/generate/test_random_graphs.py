"""Composed models of a fixed stretch of seeds: the generated C, on this machine under sanitizers, beside TFLM."""

import random

import pytest

from tests.exactness import drawing
from tests.exactness.check import difference, expect, plannings
from tests.exactness.engines import Compiled
from tinyml import plan as plans
from tinyml.graph import read
from tinyml.ops import REGISTRY

SEEDS = range(13, 37)


@pytest.fixture(scope="module", params=plans.ARRANGEMENTS)
def expected(request):
    make = plannings("compiled", None)[plans.ARRANGEMENTS.index(request.param)]
    cases = {seed: drawing.composed_case(random.Random(seed)) for seed in SEEDS}
    return {seed: expect(drawing.composed(), case, seed, make) for seed, case in cases.items()}


@pytest.fixture(scope="module")
def planned(expected):
    return {seed: found.job.plan for seed, found in expected.items()}


@pytest.fixture(scope="module")
def answers(expected):
    return dict(zip(SEEDS, Compiled(None).run([found.job for found in expected.values()]), strict=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_graph_computes_tflms_bits_whole_and_layer_by_layer(seed, expected, answers):
    assert difference(expected[seed], answers[seed]) == ""


def test_an_answer_that_differs_is_told_with_its_layer(expected, answers):
    wrong = bytearray(answers[SEEDS[0]])
    wrong[-1] ^= 1
    last = expected[SEEDS[0]].job.plan.layers[-1]
    assert difference(expected[SEEDS[0]], bytes(wrong)) == f"sample 1: {last.label} differs"


def test_random_graphs_hold_every_operator_and_hard_case():
    # The more operators there are, the more graphs it takes until each of them has come.
    drawn = [drawing.composed_case(random.Random(seed)) for seed in range(8 * len(REGISTRY))]
    planned = [plans.make(read(case.model)) for case in drawn]
    operators = [(plan.graph, op) for plan in planned for op in plan.graph.operators]
    assert {op.name for _, op in operators} == set(REGISTRY)
    assert any(op.name == "ADD" and op.inputs[0] == op.inputs[1] for _, op in operators)
    assert any(op.name == "CONCATENATION" and op.inputs[0] == op.inputs[1] for _, op in operators)
    assert any(set(op.inputs) & set(model.outputs) for model, op in operators)
    for name in ("MEAN", "MAX_POOL_2D", "AVERAGE_POOL_2D", "QUANTIZE"):
        assert any(lies_on_larger(plan, name) for plan in planned), name


def lies_on_larger(plan: plans.Plan, name: str) -> bool:
    """Return whether an operator of this name writes its output on an input of more bytes."""
    tensors, offsets = plan.graph.tensors, plan.memory.offsets
    return any(
        tensors[op.inputs[0]].nbytes > tensors[op.outputs[0]].nbytes
        and offsets[op.inputs[0]] == offsets[op.outputs[0]]
        for op in plan.graph.operators
        if op.name == name
    )

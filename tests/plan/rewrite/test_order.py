"""Operators of branches in another order: less is alive at once, and nothing is computed before what it needs."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan.rewrite.proof import proven
from tests.tflite import Builder
from tinyml import plan as plans
from tinyml.graph import read
from tinyml.plan.rewrite import order
from tinyml.plan.rewrite.draft import Draft


def wide_then_narrow() -> bytes:
    """Two branches that widen an input and narrow it again; the file widens both before it narrows one."""
    model = Builder()
    x = model.tensor([1, 4, 4, 2], scale=0.1)
    wide = [model.tensor([1, 4, 4, 16], scale=0.1) for _ in range(2)]
    narrow = [model.tensor([1, 4, 4, 2], scale=0.1) for _ in range(2)]

    def conv(source: int, to: int, before: int, after: int) -> None:
        rng = np.random.default_rng(source)
        weights = rng.integers(-127, 128, (after, 1, 1, before)).astype(np.int8)
        filters = model.tensor(weights.shape, scale=[0.01] * after, axis=0, data=weights)
        bias = model.tensor([after], "int32", scale=[0.001] * after, data=np.arange(after, dtype=np.int32))
        options = {"padding": 0, "strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1}
        model.operator("CONV_2D", [source, filters, bias], [to], options)

    for t in wide:
        conv(x, t, 2, 16)
    for t, to in zip(wide, narrow, strict=True):
        conv(t, to, 16, 2)
    y = model.tensor([1, 4, 4, 2], scale=0.1)
    model.operator("ADD", narrow, [y], {})
    return model.build([x], [y])


def test_a_branch_is_narrowed_before_the_other_is_widened():
    plan = proven(wide_then_narrow())
    (rewriting,) = [r for r in plan.rewritings if r.name == "order"]
    assert rewriting.saved.arena_bytes > 0
    assert [op.number for op in plan.graph.operators] in ([0, 2, 1, 3, 4], [1, 3, 0, 2, 4])
    assert plan.graph.label(plan.graph.operators[1]).split()[0] in ("2", "3")


def test_a_chain_stays_as_it_is():
    model = Builder()
    x, y, z = (model.tensor([1, 8], scale=0.1) for _ in range(3))
    model.operator("RELU", [x], [y])
    model.operator("RELU", [y], [z])
    assert order.rewrite(Draft(read(model.build([x], [z])))) == []


@st.composite
def graphs(draw) -> bytes:
    """Draw element-wise operators on tensors of several sizes, with branches."""
    model = Builder()
    x = model.tensor([1, draw(st.integers(1, 40))], scale=0.1)
    made = [x]
    for _ in range(draw(st.integers(2, 6))):
        size = draw(st.integers(1, 60))
        y = model.tensor([1, size], scale=0.1)
        model.operator("FULLY_CONNECTED", [draw(st.sampled_from(made))], [y], {})
        made.append(y)
    return model.build([x], [made[-1], draw(st.sampled_from(made[1:]))])


@settings(max_examples=60, deadline=None)
@given(model=graphs())
def test_no_order_has_a_smaller_peak(model):
    draft = Draft(read(model))
    operators = draft.operators()
    problem = order._problem(draft, operators)
    possible = []
    for way in itertools.permutations(range(len(operators))):
        done, allowed = 0, True
        for k in way:
            allowed &= problem.needs[k] & ~done == 0
            done |= 1 << k
        if allowed:
            possible.append(order._peak(problem, way))
    first = order._peak(problem, range(len(operators)))
    best = order._best(problem, first)
    assert min(possible) == (first if best is None else order._peak(problem, best))


def test_models_whose_branches_are_too_many_keep_their_order():
    model = Builder()
    x = model.tensor([1, 8], scale=0.1)
    ends = []
    for _ in range(16):
        y, z = (model.tensor([1, 8], scale=0.1) for _ in range(2))
        model.operator("TANH", [x], [y])
        model.operator("TANH", [y], [z])
        ends.append(z)
    plan = plans.make_rewritten(read(model.build([x], ends)))
    assert [rewriting.name for rewriting in plan.rewritings if rewriting.name == "order"] == []

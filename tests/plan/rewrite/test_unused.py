import numpy as np

from tests.plan.rewrite.models import Layers
from tests.plan.rewrite.proof import done, proven
from tests.tflite import Builder


def test_what_nobody_reads_goes_with_what_only_it_reads():
    made = Layers((1, 8))
    kept = made.apply("LOGISTIC", made.input, ((1, 8), 1 / 256, -128))
    first = made.apply("TANH", made.input, ((1, 8), 1 / 128, 0))
    made.apply("LOGISTIC", first, ((1, 8), 1 / 256, -128))
    plan = proven(made.build(kept))
    assert [layer.label for layer in plan.layers] == ["0 LOGISTIC (t1)"]
    (rewriting,) = plan.rewritings
    assert rewriting.done == ("1 TANH (t2): nobody reads it", "2 LOGISTIC (t3): nobody reads it")
    assert rewriting.saved.constant_bytes == 512
    assert rewriting.saved.arena_bytes > 0


def test_an_operator_is_kept_for_one_of_its_outputs():
    made = Layers((1, 8))
    halves = [made.tensor((1, 4), 0.05, 3) for _ in range(2)]
    made.model.operator("SPLIT", [made.int32(1), made.input], halves, {"numSplits": 2})
    assert "unused" not in done(made.build(halves[1]))


def test_an_operator_with_a_state_is_kept():
    made = Builder()
    x = made.tensor((1, 2), scale=0.5)
    features = made.tensor((2, 2), scale=0.5, data=np.ones((2, 2), np.int8))
    times = made.tensor((2, 3), "int16", scale=0.5, data=np.ones((2, 3), np.int16))
    bias = made.tensor((2,), "int32", scale=0.25, data=np.zeros(2, np.int32))
    state = made.tensor((1, 6), "int16", scale=0.5, variable=True)
    unread, y = made.tensor((1, 2), scale=0.5), made.tensor((1, 2), scale=0.5)
    made.operator("SVDF", [x, features, times, bias, state], [unread], {"rank": 1})
    made.operator("RELU", [x], [y])
    assert "unused" not in done(made.build([x], [y]))

import numpy as np
import pytest

from tests.plan.rewrite.models import SAME, VALID, Layers
from tests.plan.rewrite.proof import done, proven

NOTHING = (0, 0)


@pytest.mark.parametrize("padding", [SAME, VALID])
@pytest.mark.parametrize("depthwise", [False, True])
@pytest.mark.parametrize(
    ("rows", "columns", "stride", "dilation"),
    [((1, 1), (1, 1), 1, 1), ((0, 1), (0, 1), 2, 1), ((3, 0), (0, 4), 2, 1), ((2, 5), (4, 3), 1, 2)],
)
def test_pad_becomes_the_convolutions_padding(padding, depthwise, rows, columns, stride, dilation):
    made = Layers((2, 6, 5, 3))
    padded = made.pad(made.input, NOTHING, rows, columns, NOTHING)
    weights = made.weights((1, 3, 3, 3) if depthwise else (4, 3, 3, 3))
    y = made.conv(
        padded,
        weights,
        [50, -70, 9, 1][: 3 + (not depthwise)],
        padding,
        stride,
        dilation=dilation,
        depthwise=depthwise,
    )
    plan = proven(made.build(y))
    (layer,) = plan.layers
    (rewriting,) = plan.rewritings
    assert rewriting.name == "padding"
    assert rewriting.saved.arena_bytes > 0
    assert rewriting.done == (f"0 PAD (t2) is the padding of {layer.label}",)
    assert layer.operator.merged.labels == ("0 PAD (t2)",)
    assert layer.label.startswith("1 ")


def test_two_pads_become_one_padding():
    made = Layers((1, 4, 4, 4))
    once = made.pad(made.input, NOTHING, (1, 0), (0, 2), NOTHING)
    twice = made.pad(once, NOTHING, (0, 2), (1, 0), NOTHING)
    plan = proven(made.build(made.conv(twice, made.weights((4, 3, 3, 4)))))
    assert len(plan.layers) == 1
    assert plan.layers[0].operator.merged.around == ((1, 2), (1, 2))


def with_channels() -> bytes:
    made = Layers((1, 4, 4, 3))
    padded = made.pad(made.input, NOTHING, (1, 1), (1, 1), (0, 1))
    return made.build(made.conv(padded, made.weights((4, 3, 3, 4))))


def with_batches() -> bytes:
    made = Layers((1, 4, 4, 3))
    padded = made.pad(made.input, (0, 1), (1, 1), (1, 1), NOTHING)
    return made.build(made.conv(padded, made.weights((4, 3, 3, 3))))


def read_twice() -> bytes:
    made = Layers((1, 4, 4, 3))
    padded = made.pad(made.input, NOTHING, (1, 1), (1, 1), NOTHING)
    return made.build(*(made.conv(padded, made.weights((4, 3, 3, 3))) for _ in range(2)))


def given_to_the_caller() -> bytes:
    made = Layers((1, 4, 4, 3))
    padded = made.pad(made.input, NOTHING, (1, 1), (1, 1), NOTHING)
    return made.build(made.conv(padded, made.weights((4, 3, 3, 3))), padded)


def another_zero_point() -> bytes:
    made = Layers((1, 4, 4, 3))
    padded = made.pad(made.input, NOTHING, (1, 1), (1, 1), NOTHING, zero_point=-4)
    return made.build(made.conv(padded, made.weights((4, 3, 3, 3))))


def another_value() -> bytes:
    made = Layers((1, 4, 4, 3))
    value = made.model.tensor((1,), scale=0.05, zero_point=3, data=np.array([4], np.int8))
    padded = made.apply(
        "PADV2", made.input, ((1, 6, 6, 3), 0.05, 3), {}, [made.int32([(0, 0), (1, 1), (1, 1), (0, 0)]), value]
    )
    return made.build(made.conv(padded, made.weights((4, 3, 3, 3))))


def before_a_pool() -> bytes:
    made = Layers((1, 4, 4, 3))
    padded = made.pad(made.input, NOTHING, (1, 1), (1, 1), NOTHING)
    options = {"padding": VALID, "strideW": 2, "strideH": 2, "filterWidth": 2, "filterHeight": 2}
    return made.build(made.apply("MAX_POOL_2D", padded, ((1, 3, 3, 3), 0.05, 3), options))


@pytest.mark.parametrize(
    "model",
    [
        with_channels,
        with_batches,
        read_twice,
        given_to_the_caller,
        another_zero_point,
        another_value,
        before_a_pool,
    ],
)
def test_pad_stays_where_a_convolution_does_not_do_the_same(model):
    assert "padding" not in done(model())


def test_padv2_of_the_zero_point_becomes_padding():
    made = Layers((1, 4, 4, 3))
    value = made.model.tensor((1,), scale=0.05, zero_point=3, data=np.array([3], np.int8))
    padded = made.apply(
        "PADV2", made.input, ((1, 6, 6, 3), 0.05, 3), {}, [made.int32([(0, 0), (1, 1), (1, 1), (0, 0)]), value]
    )
    assert "padding" in done(made.build(made.conv(padded, made.weights((4, 3, 3, 3)))))

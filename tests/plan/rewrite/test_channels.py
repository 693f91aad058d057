import numpy as np
import pytest

from tests.plan.rewrite.models import NONE, RELU, RELU6, SAME, VALID, Layers
from tests.plan.rewrite.proof import done, proven

FAR = -(10**6)  # a bias that no sum of a small layer outweighs


def with_dead(made: Layers, x: int, count: int, dead: dict[int, int], shape: tuple[int, ...], **more) -> int:
    """Add a convolution of `count` channels of which some have a large bias, by channel."""
    bias = made.rng.integers(-500, 500, count)
    for channel, value in dead.items():
        bias[channel] = value
    return made.conv(x, made.weights((count, *shape)), bias, **{"activation": RELU} | more)


def rewritten(made: Layers, *outputs: int) -> list[tuple[int, ...]]:
    """Return the shapes of what the layers compute, of a model that must have lost channels."""
    plan = proven(made.build(*outputs))
    assert [rewriting.name for rewriting in plan.rewritings] == ["channels"]
    assert plan.rewritings[0].saved.macs > 0
    assert plan.rewritings[0].saved.constant_bytes > 0
    return [plan.graph.tensors[layer.operator.outputs[0]].shape for layer in plan.layers]


@pytest.mark.parametrize("padding", [SAME, VALID])
def test_channels_that_are_always_zero_are_left_out(padding):
    made = Layers((1, 6, 6, 3))
    x = with_dead(made, made.input, 8, {1: FAR, 4: FAR, 7: FAR}, (3, 3, 3))
    y = made.conv(x, made.weights((4, 3, 3, 8)), [5, 6, 7, 8], padding)
    assert [shape[-1] for shape in rewritten(made, y)] == [5, 4]


def test_what_is_left_goes_by_its_layers_names():
    made = Layers((1, 6, 6, 3))
    x = with_dead(made, made.input, 8, {1: FAR}, (3, 3, 3))
    plan = proven(made.build(made.conv(x, made.weights((4, 3, 3, 8)))))
    tensor = plan.graph.tensors[plan.layers[0].operator.outputs[0]]
    assert (tensor.whole, tensor.taken.channels) == (x, (0, 2, 3, 4, 5, 6, 7))
    assert [layer.label for layer in plan.layers] == ["0 CONV_2D (t3)", "1 CONV_2D (t5)"]
    assert plan.rewritings[0].done == ("1 of 8 channels of 0 CONV_2D (t3) carry nothing",)


def test_a_constant_goes_into_the_bias_where_nothing_is_padded():
    made = Layers((1, 6, 6, 3))
    # RELU6 holds the third channel at its upper bound.
    x = with_dead(made, made.input, 6, {2: -FAR, 5: FAR}, (3, 3, 3), activation=RELU6, to=(0.05, -60))
    y = made.conv(x, made.weights((4, 3, 3, 6)), [5, 6, 7, 8])
    assert [shape[-1] for shape in rewritten(made, y)] == [4, 4]


def test_a_constant_makes_a_bias_where_there_is_none():
    made = Layers((1, 6, 6, 3))
    x = with_dead(made, made.input, 6, {2: -FAR}, (3, 3, 3), activation=RELU6, to=(0.05, -60))
    assert [shape[-1] for shape in rewritten(made, made.conv(x, made.weights((4, 1, 1, 6))))] == [5, 4]


def test_a_constant_beside_padding_stays():
    made = Layers((1, 6, 6, 3))
    x = with_dead(made, made.input, 6, {2: -FAR}, (3, 3, 3), activation=RELU6, to=(0.05, -60))
    assert done(made.build(made.conv(x, made.weights((4, 3, 3, 6)), padding=SAME))) == {}


def test_channels_are_followed_through_what_keeps_them_apart():
    made = Layers((1, 12, 12, 3))
    x = with_dead(made, made.input, 8, {0: FAR, 3: FAR}, (3, 3, 3), padding=SAME)
    x = made.conv(x, made.weights((1, 3, 3, 8)), np.arange(8), SAME, depthwise=True, to=(0.1, -3))
    x = made.apply("TANH", x, (made.shapes[x], 1 / 128, 0))
    options = {"padding": VALID, "strideW": 2, "strideH": 2, "filterWidth": 2, "filterHeight": 2}
    x = made.apply("AVERAGE_POOL_2D", x, ((1, 6, 6, 8), 1 / 128, 0), options)
    x = made.apply("MAX_POOL_2D", x, ((1, 3, 3, 8), 1 / 128, 0), options)
    y = made.dense(made.reshape(x, (1, 72)), made.weights((5, 72)), [1, 2, 3, 4, 5])
    shapes = rewritten(made, y)
    assert [shape[-1] for shape in shapes] == [6, 6, 6, 6, 6, 5]


def test_channels_are_followed_through_a_mean():
    made = Layers((1, 5, 5, 3))
    x = with_dead(made, made.input, 8, {0: FAR, 3: FAR}, (3, 3, 3))
    x = made.apply("MEAN", x, ((1, 8), 0.07, -20), {"keepDims": False}, [made.int32([1, 2])])
    assert [shape[-1] for shape in rewritten(made, made.dense(x, made.weights((5, 8))))] == [6, 6, 5]


def test_a_depthwise_filter_of_zeros_kills_the_channel_before_it():
    made = Layers((1, 6, 6, 3))
    x = with_dead(made, made.input, 8, {}, (3, 3, 3))
    weights = made.weights((1, 3, 3, 8))
    weights[..., [2, 6]] = 0
    x = made.conv(x, weights, np.arange(8) * 100, SAME, depthwise=True, to=(0.1, 4))
    assert [shape[-1] for shape in rewritten(made, made.conv(x, made.weights((4, 1, 1, 8))))] == [6, 6, 4]


def test_a_channel_that_nobody_weighs_is_left_out():
    made = Layers((1, 6, 6, 3))
    x = with_dead(made, made.input, 8, {}, (3, 3, 3), activation=NONE)
    weights = made.weights((4, 3, 3, 8))
    weights[..., 5] = 0
    assert [shape[-1] for shape in rewritten(made, made.conv(x, weights, padding=SAME))] == [7, 4]


def test_dense_layers_lose_units():
    made = Layers((2, 12))
    bias = [FAR, 10, FAR, -20, FAR, 4]
    x = made.dense(made.input, made.weights((6, 12)), bias, RELU)
    x = made.dense(x, made.weights((8, 6)), [1, FAR, 2, FAR, 3, 4, 5, 6], RELU)
    assert [shape[-1] for shape in rewritten(made, made.dense(x, made.weights((3, 8))))] == [3, 6, 3]


def test_one_channel_is_left():
    made = Layers((1, 6, 6, 3))
    x = with_dead(made, made.input, 4, dict.fromkeys(range(4), FAR), (3, 3, 3))
    assert [shape[-1] for shape in rewritten(made, made.conv(x, made.weights((4, 3, 3, 4))))] == [1, 4]


@pytest.mark.parametrize("way", ["output", "read twice", "joined", "groups"])
def test_channels_stay_where_something_else_reads_them(way):
    made = Layers((1, 6, 6, 3))
    x = with_dead(made, made.input, 8, {1: FAR}, (3, 3, 3))
    outputs = []
    if way == "output":
        outputs = [x]
    elif way == "read twice":
        outputs = [made.apply("LOGISTIC", x, (made.shapes[x], 1 / 256, -128))]
    elif way == "joined":
        x = made.apply("ADD", x, None, {"fusedActivationFunction": NONE}, [x])
    depth = 4 if way == "groups" else 8
    y = made.conv(x, made.weights((4, 3, 3, depth)))
    assert "channels" not in done(made.build(y, *outputs))


def test_a_bias_that_would_overflow_stays():
    made = Layers((1, 6, 6, 3))
    x = with_dead(made, made.input, 6, {2: -FAR}, (3, 3, 3), activation=RELU6, to=(0.05, -60))
    weights = made.weights((4, 1, 1, 6))
    weights[..., 2] = 127
    assert done(made.build(made.conv(x, weights, [2**31 - 1, 0, 0, 0]))) == {}


def test_a_sum_that_may_leave_32_bits_is_no_constant():
    made = Layers((1, 6, 6, 3))
    x = with_dead(made, made.input, 6, {2: -(2**31)}, (3, 3, 3))
    assert done(made.build(made.conv(x, made.weights((4, 1, 1, 6))))) == {}


def test_a_clamped_range_is_known_to_the_next_layer():
    made = Layers((1, 4))
    # The first layer gives -128 to -98; the second one's bias outweighs that, and would not outweigh any int8.
    x = made.dense(made.input, made.weights((4, 4)), [0, 0, 0, 0], RELU6, to=(0.2, -128))
    weights = np.full((4, 4), 100, np.int8)
    x = made.dense(x, weights, [-15000, 0, 0, -15000], RELU)
    assert [shape[-1] for shape in rewritten(made, made.dense(x, made.weights((3, 4))))] == [4, 2, 3]

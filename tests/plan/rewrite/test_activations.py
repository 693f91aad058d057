import numpy as np
import pytest

from tests.plan.rewrite.models import NONE, RELU, RELU6, SAME, VALID, Layers
from tests.plan.rewrite.proof import done, proven
from tinyml.plan import Plan

SHAPE = (1, 6, 6, 4)


def conv(made: Layers, **more) -> int:
    return made.conv(made.input, made.weights((4, 3, 3, 4)), **{"to": (0.05, -20), "padding": SAME} | more)


def producers() -> dict[str, tuple[bytes, str]]:
    """Models of an operator and a RELU6 behind it, with the operator's kernel."""
    found = {}
    for name in (
        "conv2d_s8",
        "depthwise_conv2d_s8",
        "fully_connected_s8",
        "add_s8",
        "mul_s8",
        "average_pool2d_s8",
    ):
        made = Layers(SHAPE, 0.05, -20)
        if name == "conv2d_s8":
            y = conv(made)
        elif name == "depthwise_conv2d_s8":
            y = made.conv(made.input, made.weights((1, 3, 3, 4)), depthwise=True, to=(0.05, -20))
        elif name == "fully_connected_s8":
            y = made.dense(made.input, made.weights((5, 4)), to=(0.05, -20))
        elif name == "average_pool2d_s8":
            options = {"padding": VALID, "strideW": 2, "strideH": 2, "filterWidth": 2, "filterHeight": 2}
            y = made.apply("AVERAGE_POOL_2D", made.input, ((1, 3, 3, 4), 0.05, -20), options)
        else:
            y = made.apply(name[:3].upper(), made.input, None, {"fusedActivationFunction": NONE}, [made.input])
        found[name] = (made.build(made.apply("RELU6", y)), name)
    return found


PRODUCERS = producers()


def only_rewriting(plan: Plan, name: str) -> tuple[str, ...]:
    (rewriting,) = plan.rewritings
    assert rewriting.name == name
    return rewriting.done


@pytest.mark.parametrize("name", PRODUCERS)
def test_an_activation_goes_into_what_computes_its_input(name):
    model, kernel = PRODUCERS[name]
    plan = proven(model)
    (layer,) = plan.layers
    (line,) = only_rewriting(plan, "activations")
    assert layer.kernels == (kernel,)
    assert (layer.lowered.calls[0].params["activation_min"], layer.lowered.calls[0].params["activation_max"]) == (
        -20,
        100,
    )
    assert line.endswith(f"is the activation of 0 {line.split()[-2]} {line.split()[-1]}")
    assert layer.label.startswith("0 ")


def test_an_activation_narrows_what_a_fused_one_left():
    made = Layers(SHAPE)
    y = conv(made, activation=RELU6)
    plan = proven(made.build(made.apply("RELU", made.apply("RELU6", y))))
    assert len(plan.layers) == 1
    params = plan.layers[0].lowered.calls[0].params
    assert (params["activation_min"], params["activation_max"]) == (-20, 100)


def test_a_relu_of_another_scale_is_no_activation_of_a_convolution():
    made = Layers(SHAPE)
    y = conv(made)
    assert "activations" not in done(made.build(made.apply("RELU", y, (made.shapes[y], 0.06, -20))))


def test_an_activation_stays_where_its_input_is_read_too():
    made = Layers(SHAPE)
    y = conv(made)
    assert "activations" not in done(made.build(y, made.apply("RELU6", y)))
    made = Layers(SHAPE)
    y = conv(made)
    sums = made.apply("ADD", y, None, {"fusedActivationFunction": NONE}, [made.apply("RELU6", y)])
    assert "activations" not in done(made.build(sums))


def test_functions_in_a_row_are_one_table():
    made = Layers((1, 256), 0.03, 5)
    scaled = made.apply("QUANTIZE", made.input, ((1, 256), 0.05, -7))
    again = made.apply("QUANTIZE", scaled, ((1, 256), 0.021, 9))
    leaky = made.apply("LEAKY_RELU", again, ((1, 256), 0.04, 0), {"alpha": 0.3})
    plan = proven(made.build(made.apply("LOGISTIC", leaky, ((1, 256), 1 / 256, -128))))
    assert [layer.kernels for layer in plan.layers] == [("lookup_s8",)]
    assert plan.layers[0].label == "3 LOGISTIC (t4)"
    assert len(plan.layers[0].operator.merged.labels) == 3
    assert plan.rewritings[0].saved.constant_bytes == 3 * 256


def test_functions_between_signs_are_one_table():
    made = Layers((1, 256), 0.03, 5)
    unsigned = made.model.tensor((1, 256), "uint8", 0.03, 133)
    made.model.operator("QUANTIZE", [made.input], [unsigned])
    back = made.tensor((1, 256), 0.05, 0)
    made.model.operator("QUANTIZE", [unsigned], [back])
    plan = proven(made.build(back))
    assert [layer.kernels for layer in plan.layers] == [("lookup_s8",)]


def test_numbers_and_functions_are_one_table():
    # HARD_SWISH as converters write it: x * relu6(x + 3) / 6, of which all but the product is a table.
    made = Layers((1, 256), 0.05, 3)
    three = made.model.tensor((1,), scale=0.05, data=np.array([60], np.int8))
    sixth = made.model.tensor((1,), scale=0.002, data=np.array([83], np.int8))
    options = {"fusedActivationFunction": NONE}
    shifted = made.apply(
        "ADD", made.input, ((1, 256), 0.05, -128), options | {"fusedActivationFunction": RELU6}, [three]
    )
    scaled = made.apply("MUL", shifted, ((1, 256), 0.004, -128), options, [sixth])
    plan = proven(made.build(made.apply("MUL", made.input, ((1, 256), 0.05, 0), options, [scaled])))
    assert [layer.kernels for layer in plan.layers] == [("lookup_s8",), ("mul_s8",)]


def test_what_changes_nothing_is_no_layer():
    made = Layers(SHAPE, 0.05, -128)
    y = made.apply("RELU", made.apply("RELU", made.input))
    plan = proven(made.build(made.conv(y, made.weights((4, 3, 3, 4)))))
    assert [layer.operator.name for layer in plan.layers] == ["CONV_2D"]
    made = Layers(SHAPE, 0.05, -128)
    plan = proven(made.build(conv(made), made.apply("RELU", made.input)))
    assert [layer.operator.name for layer in plan.layers] == ["CONV_2D"]


def test_a_model_that_would_compute_nothing_stays():
    made = Layers((1, 16), 0.05, -128)
    plan = proven(made.build(made.apply("RELU", made.input)))
    assert len(plan.layers) == 1
    assert plan.rewritings == ()


def test_relu_behind_a_fused_relu_is_left_out():
    made = Layers(SHAPE)
    y = conv(made, activation=RELU)
    plan = proven(made.build(made.apply("RELU", y)))
    assert len(plan.layers) == 1

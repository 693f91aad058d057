import numpy as np
import pytest

from tests.plan.rewrite.models import NONE, SAME, Layers
from tests.plan.rewrite.proof import done, proven


def added(made: Layers, constant: int) -> bytes:
    """Return a model that adds `constant`, which it computes, to its input."""
    return made.build(made.apply("ADD", made.input, None, {"fusedActivationFunction": NONE}, [constant]))


def constant(made: Layers, shape=(4, 6), scale: float = 0.05, zero_point: int = 3) -> int:
    index = made.model.tensor(shape, scale=scale, zero_point=zero_point, data=made.weights(shape))
    made.shapes[index], made.quantization[index] = tuple(shape), (scale, zero_point)
    return index


def transposed(made: Layers) -> int:
    return made.apply("TRANSPOSE", constant(made, (6, 4)), ((4, 6), 0.05, 3), {}, [made.int32([1, 0])])


def reversed_(made: Layers) -> int:
    return made.apply("REVERSE_V2", constant(made), None, {}, [made.int32([1])])


def joined(made: Layers) -> int:
    halves = [constant(made, (4, 2)), constant(made, (4, 4))]
    return made.apply("CONCATENATION", halves[0], ((4, 6), 0.05, 3), {"axis": 1}, halves[1:])


def padded(made: Layers) -> int:
    return made.pad(constant(made, (3, 5)), (1, 0), (0, 1))


def reshaped(made: Layers) -> int:
    return made.reshape(constant(made, (24,)), (4, 6))


def rescaled(made: Layers) -> int:
    return made.apply("QUANTIZE", constant(made, scale=0.11, zero_point=-9), ((4, 6), 0.05, 3))


def activated(made: Layers) -> int:
    return made.apply(
        "LOGISTIC", made.apply("QUANTIZE", constant(made), ((4, 6), 0.02, 9)), ((4, 6), 1 / 256, -128)
    )


def of_floats(made: Layers) -> int:
    values = np.array([0, 0.025, -0.025, 1e6, -1e6, 0.075, -0.075, 0.125, 0.0751, 6.2, -6.3, 0.3] * 2, np.float32)
    real = made.model.tensor((4, 6), "float32", data=values)
    y = made.tensor((4, 6), 0.05, 3)
    made.model.operator("QUANTIZE", [real], [y])
    return y


def through_floats(made: Layers) -> int:
    real = made.model.tensor((4, 6), "float32")
    made.model.operator("DEQUANTIZE", [constant(made, scale=0.037)], [real])
    y = made.tensor((4, 6), 0.05, 3)
    made.model.operator("QUANTIZE", [real], [y])
    return y


@pytest.mark.parametrize(
    "compute",
    [transposed, reversed_, joined, padded, reshaped, rescaled, activated, of_floats, through_floats],
)
def test_what_depends_on_constants_alone_is_a_constant(compute):
    made = Layers((4, 6))
    plan = proven(added(made, compute(made)))
    assert [layer.operator.name for layer in plan.layers] == ["ADD"]
    assert plan.rewritings[0].name == "constants"
    assert plan.rewritings[0].saved.arena_bytes >= 24


def test_several_outputs_are_constants():
    made = Layers((4, 6))
    parts = [made.tensor((4, 6), 0.05, 3) for _ in range(2)]
    made.model.operator("SPLIT", [made.int32(0), constant(made, (8, 6))], parts, {"numSplits": 2})
    first = made.apply("ADD", made.input, None, {"fusedActivationFunction": NONE}, [parts[0]])
    plan = proven(made.build(made.apply("ADD", first, None, {"fusedActivationFunction": NONE}, [parts[1]])))
    assert [layer.operator.name for layer in plan.layers] == ["ADD", "ADD"]


def test_weights_that_were_computed_are_weights():
    made = Layers((1, 5, 5, 4))
    filters = made.weights((4, 3, 3, 4))
    whole = made.model.tensor((3, 3, 4, 4), scale=0.01, data=filters)
    y = made.tensor((1, 5, 5, 4), 0.1, 0)
    moved = made.model.tensor((4, 3, 3, 4), scale=0.01)
    made.model.operator("TRANSPOSE", [whole, made.int32([3, 0, 1, 2])], [moved], {})
    bias = made.int32([1, 2, 3, 4])
    options = {"padding": SAME, "strideW": 1, "strideH": 1, "fusedActivationFunction": NONE}
    made.model.operator("CONV_2D", [made.input, moved, bias], [y], options)
    assert "constants" in done(made.build(y))


def test_a_constant_that_takes_more_flash_than_its_operator_is_not_made():
    made = Layers((40, 40))
    small = constant(made, (1, 40))
    large = made.apply("BROADCAST_TO", small, ((40, 40), 0.05, 3), {}, [made.int32([40, 40])])
    assert "constants" not in done(added(made, large))


def test_an_output_of_the_model_is_no_constant():
    made = Layers((4, 6))
    sums = transposed(made)
    y = made.apply("ADD", made.input, None, {"fusedActivationFunction": NONE}, [sums])
    assert "constants" not in done(made.build(y, sums))


def test_what_cannot_be_evaluated_exactly_stays():
    made = Layers((4, 6))
    assert "constants" not in done(
        added(made, made.apply("SOFTMAX", constant(made), ((4, 6), 1 / 256, -128), {"beta": 1.0}))
    )

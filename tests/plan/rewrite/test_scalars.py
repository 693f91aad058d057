import numpy as np
import pytest

from tests.plan.rewrite.models import NONE, RELU, RELU6, Layers
from tests.plan.rewrite.proof import done, proven


def of_a_constant(
    name: str, values: object, first: bool = False, scale: float = 0.03, activation: int = NONE
) -> bytes:
    made = Layers((1, 16, 16))
    array = np.array(values, np.int8)
    constant = made.model.tensor(array.shape, scale=scale, zero_point=-5, data=array)
    y = made.tensor((1, 16, 16), 0.07, 11)
    inputs = [constant, made.input] if first else [made.input, constant]
    options = None if name in ("MAXIMUM", "MINIMUM") else {"fusedActivationFunction": activation}
    made.model.operator(name, inputs, [y], options)
    return made.build(y)


@pytest.mark.parametrize("name", ["ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM"])
@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("number", [-127, -5, 0, 77, 126])
@pytest.mark.parametrize("activation", [NONE, RELU6])
def test_an_operator_of_a_number_is_a_table(name, first, number, activation):
    plan = proven(of_a_constant(name, [number], first, activation=activation))
    assert [rewriting.name for rewriting in plan.rewritings] == ["scalars"]
    assert plan.layers[0].kernels == ("lookup_s8",)
    assert plan.layers[0].label == f"0 {name} (t2)"


@pytest.mark.parametrize("name", ["ADD", "SUB", "MUL"])
@pytest.mark.parametrize("scale", [1e-7, 0.001, 0.9])
def test_tables_hold_whatever_the_scales(name, scale):
    assert "scalars" in done(of_a_constant(name, [-100], scale=scale, activation=RELU))


def test_equal_numbers_are_one():
    assert "scalars" in done(of_a_constant("ADD", np.full((1, 16, 16), 9)))


@pytest.mark.parametrize("name", ["ADD", "MUL", "MAXIMUM"])
def test_several_numbers_stay_as_they_are(name):
    assert "scalars" not in done(of_a_constant(name, np.arange(16)))


def test_a_number_that_makes_the_output_larger_stays():
    made = Layers((1, 16))
    constant = made.model.tensor((4, 16), scale=0.03, data=np.full((4, 16), 7, np.int8))
    y = made.tensor((4, 16), 0.07, 11)
    made.model.operator("ADD", [made.input, constant], [y], {"fusedActivationFunction": NONE})
    assert "scalars" not in done(made.build(y))

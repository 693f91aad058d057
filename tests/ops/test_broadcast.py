"""What all operators with two inputs that broadcast share."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ops import binary
from tests.ops.single import agrees, exact, examples, refused, values
from tests.ops.twins import twins

PAIRS = (
    "ADD SUB MUL SQUARED_DIFFERENCE MAXIMUM MINIMUM LOGICAL_AND LOGICAL_OR PRELU "
    "EQUAL NOT_EQUAL GREATER GREATER_EQUAL LESS LESS_EQUAL"
).split()
activated = pytest.mark.parametrize("operator", ["ADD", "SUB", "MUL"])


@pytest.mark.parametrize(("operator", "types"), [(name, types) for name in PAIRS for types in twins()[name].cases])
@settings(examples, max_examples=30)
@given(st.data())
def test_agrees_with_tflm(operator: str, types: str, data: st.DataObject) -> None:
    exact(data.draw(twins()[operator].cases[types]))


@activated
def test_missing_options_mean_no_activation(operator: str) -> None:
    rng = np.random.default_rng(0)
    agrees(binary.binary(operator, activation=None), values(rng, (2, 3)), values(rng, (2, 3)))


@activated
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shapes": ((2, 3), (2, 2)), "output": (2, 3)}, ["[2, 3] and [2, 2] do not broadcast"]),
        ({"shapes": ((2, 3), (1, 3)), "output": (1, 3)}, ["output of shape [1, 3]"]),
        ({"output": (2, 4)}, ["output of shape [2, 4]"]),
        ({"shapes": ((2, 1, 2, 1, 2), (1, 2, 1, 2, 1))}, ["5 groups of dimensions"]),
        ({"shapes": ((2,) * 7, (2,) * 7)}, ["input 0 has 7 dimensions"]),
        ({"types": ("int8", "int16", "int8")}, ["input 1 is int16"]),
        ({"types": ("int8", "int8", "float32")}, ["output is float32"]),
        ({"zero_points": (1, 128, 3)}, ["input 1 has the zero point 128"]),
        ({"activation": 4}, ["activation has the code 4"]),
        ({"activation": 3, "scales": (0.05, 0.04, 1e-10)}, ["RELU6"]),
    ],
)
def test_refuses(operator: str, change: dict[str, object], words: list[str]) -> None:
    refused(binary.binary(operator, **change), *words)  # type: ignore[arg-type]


@pytest.mark.parametrize("operator", ["ADD", "SUB", "MUL", "SQUARED_DIFFERENCE"])
def test_refuses_int32_that_is_quantized(operator: str) -> None:
    activation = None if operator == "SQUARED_DIFFERENCE" else 0
    for quantized in range(3):
        scales = [0.1 if i == quantized else None for i in range(3)]
        refused(
            binary.binary(operator, types=("int32",) * 3, scales=scales, activation=activation),
            "int32 and quantized",
        )


@pytest.mark.parametrize("operator", ["EQUAL", "LESS"])
def test_comparisons_refuse(operator: str) -> None:
    types = ("int8", "int8", "bool")
    for at in range(2):
        scales = [1.0 if i == at else 0.5 for i in range(2)] + [None]
        refused(
            binary.binary(operator, types=types, scales=scales, activation=None), f"input {at} has the scale 1"
        )
    refused(binary.binary(operator, activation=None), "output is int8; supported: bool")
    refused(binary.binary(operator, types=("uint8", "uint8", "bool"), activation=None), "input 0 is uint8")

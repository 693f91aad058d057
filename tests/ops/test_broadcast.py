"""What ADD and MUL share: two inputs that broadcast."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ops import binary
from tests.ops.single import agrees, exact, examples, refused, values

both = pytest.mark.parametrize("operator", ["ADD", "MUL"])


@both
@examples
@given(st.data())
def test_agrees_with_tflm(operator: str, data: st.DataObject) -> None:
    exact(data.draw(binary.cases(operator)))


@both
def test_missing_options_mean_no_activation(operator: str) -> None:
    rng = np.random.default_rng(0)
    agrees(binary.binary(operator, activation=None), values(rng, (2, 3)), values(rng, (2, 3)))


@both
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

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from tests.ops import reductions
from tests.ops.reductions import reduction
from tests.ops.single import Case, agrees, exact, examples, refused, values

CASES = {"int8": reductions.cases("REDUCE_MAX", rescales=False)}
SMALL = (lambda _: reduction("REDUCE_MAX", scales=(0.05, 0.05), zero_points=(3, 3)),)
grow = reductions.grow("REDUCE_MAX", rescales=False)


@examples
@given(CASES["int8"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


def test_a_scalar_axis_and_missing_options_agree_with_tflm() -> None:
    model = reduction("REDUCE_MAX", (3, 4), (1,), None, scalar=True, scales=(0.05, 0.05), zero_points=(3, 3))
    agrees(model, values(np.random.default_rng(0), (3, 4)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        *reductions.REFUSED,
        ({"scales": (0.05, 0.04), "zero_points": (3, 3)}, ["scale 0.05", "0.04", "must be the same"]),
        ({"scales": (0.05, 0.05), "zero_points": (3, 4)}, ["zero point 3", "must be the same"]),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(reduction("REDUCE_MAX", **change), *words)

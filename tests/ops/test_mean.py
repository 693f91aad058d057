from typing import Any

import numpy as np
import pytest
from hypothesis import given

from tests.ops import reductions
from tests.ops.reductions import reduction
from tests.ops.single import Case, agrees, exact, examples, refused, values

CASES = {"int8": reductions.cases("MEAN")}
SMALL = (lambda _: reduction("MEAN"),)
grow = reductions.grow("MEAN")


@examples
@given(CASES["int8"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


@pytest.mark.parametrize("pair", [(1e-6, 1e3), (1e3, 1e-4), (1.0, 1.0)])
def test_scales_far_apart_agree_with_tflm(pair: tuple[float, float]) -> None:
    agrees(reduction("MEAN", (1, 25, 40, 2), scales=pair), values(np.random.default_rng(0), (1, 25, 40, 2)))


def test_a_scalar_axis_and_missing_options_agree_with_tflm() -> None:
    model = reduction("MEAN", (3, 4), (1,), None, scalar=True)
    agrees(model, values(np.random.default_rng(0), (3, 4)))


@pytest.mark.parametrize(
    ("change", "words"), [*reductions.REFUSED, ({"shape": (1, 4096, 4096, 1)}, [f"mean of {1 << 24} elements"])]
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(reduction("MEAN", **change), *words)

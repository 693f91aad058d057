from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ops import reductions
from tests.ops.reductions import reduction
from tests.ops.single import agrees, exact, examples, refused, values

CASES = {type: reductions.cases("SUM", type=type) for type in ("int8", "int16")}
SMALL = (lambda _: reduction("SUM"), lambda _: reduction("SUM", type="int16"))
GROWS_ON = ("int8", "int16")
grow = reductions.grow("SUM")


@pytest.mark.parametrize("type", sorted(CASES))
@examples
@given(st.data())
def test_agrees_with_tflm(type: str, data: st.DataObject) -> None:
    exact(data.draw(CASES[type]))


@pytest.mark.parametrize("point", [0, 32767])
def test_sums_of_int16_that_wrap_agree_with_tflm(point: int) -> None:
    shape = (2, 100_000)
    model = reduction("SUM", shape, (1,), type="int16", scales=(0.5, 2.0**9), zero_points=(point, 0))
    for value in (32767, 30000, -32768):
        agrees(model, np.full(shape, value, np.int16))


@pytest.mark.parametrize("pair", [(1e-6, 1e3), (1e3, 1e-4), (1.0, 1.0)])
def test_scales_far_apart_agree_with_tflm(pair: tuple[float, float]) -> None:
    agrees(reduction("SUM", (1, 25, 40, 2), scales=pair), values(np.random.default_rng(0), (1, 25, 40, 2)))


def test_a_scalar_axis_and_missing_options_agree_with_tflm() -> None:
    model = reduction("SUM", (3, 4), (1,), None, scalar=True)
    agrees(model, values(np.random.default_rng(0), (3, 4)))


@pytest.mark.parametrize(
    ("change", "words"), [*reductions.REFUSED, ({"shape": (1, 4096, 4096, 1)}, [f"sum of {1 << 24} elements"])]
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(reduction("SUM", **change), *words)

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ops import resizes
from tests.ops.resizes import resize
from tests.ops.single import agrees, exact, examples, refused, values

NAME = "RESIZE_NEAREST_NEIGHBOR"
CASES = {type: resizes.cases(NAME, (*resizes.MODES, (True, True)), type) for type in ("int8", "int16")}
SMALL = (lambda _: resize(NAME), lambda _: resize(NAME, type="int16"))
GROWS_ON = ("int8", "int16")
grow = resizes.grow(NAME)


@pytest.mark.parametrize("type", sorted(CASES))
@examples
@given(st.data())
def test_agrees_with_tflm(type: str, data: st.DataObject) -> None:
    exact(data.draw(CASES[type]))


@pytest.mark.parametrize("mode", [*resizes.MODES, (True, True), None])
def test_far_sizes_agree_with_tflm(mode: tuple[bool, bool] | None) -> None:
    rng = np.random.default_rng(0)
    for size, to in ((1000, 7), (7, 1000), (333, 334), (997, 1)):
        agrees(resize(NAME, (1, 1, size, 1), (1, to), mode), values(rng, (1, 1, size, 1)))


@pytest.mark.parametrize(("change", "words"), resizes.REFUSED)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(resize(NAME, **change), *words)

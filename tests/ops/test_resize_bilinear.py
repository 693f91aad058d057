from typing import Any

import numpy as np
import pytest
from hypothesis import given

from tests.ops import resizes
from tests.ops.resizes import resize
from tests.ops.single import Case, agrees, exact, examples, refused, values

NAME = "RESIZE_BILINEAR"
CASES = {"int8": resizes.cases(NAME, resizes.MODES)}
SMALL = (lambda _: resize(NAME),)
grow = resizes.grow(NAME)


@examples
@given(CASES["int8"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


@pytest.mark.parametrize("mode", [*resizes.MODES, None])
def test_far_sizes_agree_with_tflm(mode: tuple[bool, bool] | None) -> None:
    rng = np.random.default_rng(0)
    for size, to in ((1000, 7), (7, 500), (333, 334), (997, 1)):
        agrees(resize(NAME, (1, 1, size, 1), (1, to), mode), values(rng, (1, 1, size, 1)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        *resizes.REFUSED,
        ({"mode": (True, True)}, ["both align_corners and half_pixel_centers"]),
        ({"shape": (1, 1, 5, 1), "size": (1, 10000)}, ["width of 5 becomes 10000", "behind the input"]),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(resize(NAME, **change), *words)

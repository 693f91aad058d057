from typing import Any

import pytest
from hypothesis import given

from tests.ops import reductions
from tests.ops.reductions import reduction
from tests.ops.single import Case, exact, examples, refused

CASES = {"bool": reductions.cases("REDUCE_ALL", type="bool")}
SMALL = (lambda _: reduction("REDUCE_ALL", type="bool"),)
GROWS_ON = ("bool",)
grow = reductions.grow("REDUCE_ALL")


@examples
@given(CASES["bool"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


@pytest.mark.parametrize(
    ("change", "words"),
    [*reductions.REFUSED[:-1], ({"type": "int8"}, ["input is int8; supported: bool"])],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(reduction("REDUCE_ALL", **{"type": "bool"} | change), *words)

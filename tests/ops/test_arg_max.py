from typing import Any

import pytest
from hypothesis import given

from tests.ops import args
from tests.ops.single import Case, exact, examples, refused

CASES = {"int8": args.cases("ARG_MAX")}
SMALL = (lambda _: args.arg("ARG_MAX"),)
grow = args.grow("ARG_MAX")


@examples
@given(CASES["int8"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


@pytest.mark.parametrize(("change", "words"), args.REFUSED)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(args.arg("ARG_MAX", **change), *words)

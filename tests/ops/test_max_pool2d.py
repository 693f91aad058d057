import pytest
from hypothesis import given

from tests.ops import pools
from tests.ops.single import Case, exact, examples, refused

NAME = "MAX_POOL_2D"


CASES = {"int8": pools.cases(NAME)}
SMALL = (lambda _: pools.pool(NAME),)
grow = pools.grow(NAME)


@examples
@given(CASES["int8"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


@pytest.mark.parametrize(("change", "words"), pools.REFUSED)
def test_refuses(change: pools.Geometry, words: list[str]) -> None:
    refused(pools.pool(NAME, **change), *words)

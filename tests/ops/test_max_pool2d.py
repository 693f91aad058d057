import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ops import pools
from tests.ops.single import exact, examples, refused

NAME = "MAX_POOL_2D"


CASES = {type: pools.cases(NAME, type) for type in ("int8", "int16")}
SMALL = (lambda _: pools.pool(NAME), lambda _: pools.pool(NAME, type="int16"))
GROWS_ON = ("int8", "int16")
grow = pools.grow(NAME)


@pytest.mark.parametrize("type", sorted(CASES))
@examples
@given(st.data())
def test_agrees_with_tflm(type: str, data: st.DataObject) -> None:
    exact(data.draw(CASES[type]))


@pytest.mark.parametrize(("change", "words"), pools.REFUSED)
def test_refuses(change: pools.Geometry, words: list[str]) -> None:
    refused(pools.pool(NAME, **change), *words)

import pytest
from hypothesis import given

from tests.ops import pools
from tests.ops.single import Case, exact, examples, refused

NAME = "AVERAGE_POOL_2D"


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


def test_refuses_a_window_whose_sum_may_not_fit() -> None:
    image = (1, 1 << 12, 1 << 12, 1)
    refused(
        pools.pool(NAME, image=image, taps=image[1:3], output=(1, 1, 1, 1), padding=1), f"covers {1 << 24} pixels"
    )

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import few, move, moved
from tests.ops.single import Case, exact, generators, refused

TYPES = ("int8", "float32")


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    batches, rows, columns, channels = draw(st.tuples(*[st.integers(1, 4)] * 4))
    n = draw(st.integers(1, 3))
    space = (batches, rows * n, columns * n, channels)
    depth = (batches, rows, columns, channels * n * n)
    return move(draw(generators), "DEPTH_TO_SPACE", [depth], [space], {"blockSize": n}, type_)


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: moved("DEPTH_TO_SPACE", [(1, 2, 3, 4)], [(1, 4, 6, 1)], {"blockSize": 2}),)


def grow(composer: Composer, x: Made) -> None:
    if len(x.shape) == 4 and x.shape[3] % 4 == 0:
        n, height, width, channels = x.shape
        output = composer.tensor([n, height * 2, width * 2, channels // 4], like=x)
        composer.add("DEPTH_TO_SPACE", [x.index], output, {"blockSize": 2})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(moved("DEPTH_TO_SPACE", [(1, 2, 3, 4)], [(1, 4, 6, 1)], {"blockSize": 0}), "blocks of size 0")
    refused(moved("DEPTH_TO_SPACE", [(1, 2, 3, 4)], [(1, 4, 6, 1)], {"blockSize": 3}), "blocks of size 3")
    refused(
        moved("DEPTH_TO_SPACE", [(1, 2, 3, 4)], [(1, 4, 6, 1)], {"blockSize": 1}),
        "blocks has the shape [1, 2, 3, 4]",
    )
    refused(
        moved("DEPTH_TO_SPACE", [(1, 2, 3, 4)], [(4, 6)], {"blockSize": 2}),
        "has the shape [4, 6], not 4 dimensions",
    )
    refused(moved("DEPTH_TO_SPACE", [(1, 2, 3, 4)], [(1, 4, 6, 1)], {"blockSize": 2}, "int16"), "input is int16")
    refused(moved("DEPTH_TO_SPACE", [(1, 2, 3, 4)], [(1, 4, 6, 1)]), "options are missing")

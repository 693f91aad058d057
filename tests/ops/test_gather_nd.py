import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import picks
from tests.ops.moves import few, int32s, shapes
from tests.ops.picks import TYPES, picked
from tests.ops.single import Case, exact, refused


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape = draw(shapes(6, size=4))
    depth = draw(st.integers(1, min(5, len(shape))))
    rows = draw(shapes(2, least=0))
    rows = rows[: 6 - len(shape) + depth]
    bounds = np.broadcast_to(shape[:depth], (*rows, depth))
    return draw(picks.cases("GATHER_ND", shape, bounds, (*rows, *shape[depth:]), {}, type_))


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (
    lambda _: picked("GATHER_ND", (2, 3, 4), (2, 2), (2, 4), {}),
    lambda _: picked("GATHER_ND", (2, 3), int32s([0, 2], [1, 0]), (2,), {}),
)


def grow(composer: Composer, x: Made) -> None:
    rows = [[composer.random.randrange(n) for n in x.shape[:2]] for _ in range(3)]
    if len(x.shape) >= 2:
        output = composer.tensor([3, *x.shape[2:]], like=x)
        composer.add("GATHER_ND", [x.index, composer.int32s(rows)], output, {})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    def gather(indices: np.ndarray, output: tuple[int, ...] = (1,), type_: str = "int8") -> bytes:
        return picked("GATHER_ND", (2, 3), indices, output, {}, type=type_)

    refused(gather(int32s([1, 3])), "indices lie outside the shape [2, 3]")
    refused(gather(int32s([0, -1])), "indices lie outside")
    refused(gather(int32s([0, 0, 0])), "do not choose from the shape [2, 3]")
    refused(gather(int32s([0, 0]), (1, 1)), "[1, 1], not [1]")
    refused(gather(np.array(0, np.int32)), "indices of shape []")
    refused(gather(np.array([[0, 0]])), "input is int64")
    refused(gather(int32s([0, 0]), type_="int32"), "input is int32")

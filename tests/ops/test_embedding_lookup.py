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
    shape, count = draw(shapes(4, least=2)), draw(st.integers(1, 6))
    bounds, output = np.full(count, shape[0]), (count, *shape[1:])
    return draw(picks.cases("EMBEDDING_LOOKUP", shape, bounds, output, None, type_, indices_first=True))


def lookup(indices: np.ndarray | tuple[int, ...], output: tuple[int, ...], type_: str = "int8") -> bytes:
    """A model of an EMBEDDING_LOOKUP in a table of shape [2, 3]."""
    return picked("EMBEDDING_LOOKUP", (2, 3), indices, output, type=type_, indices_first=True)


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: lookup((2,), (2, 3)),)


def grow(composer: Composer, x: Made) -> None:
    indices = [composer.random.randrange(x.shape[0]) for _ in range(2)]
    if len(x.shape) >= 2:
        output = composer.tensor([2, *x.shape[1:]], like=x)
        composer.add("EMBEDDING_LOOKUP", [composer.int32s(indices), x.index], output)


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(lookup(int32s(2), (1, 3)), "indices lie outside the shape [2, 3]")
    refused(lookup(int32s([1]), (1, 3)), "indices has the shape [1, 1], not 1 dimensions")
    refused(lookup(int32s(1), (2, 3)), "output has the shape [2, 3], not [1, 3]")
    refused(lookup(np.array([1]), (1, 3)), "input is int64")
    refused(lookup(int32s(1), (1, 3), "int16"), "input is int16")

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import few, move, moved, shapes
from tests.ops.single import Case, exact, generators, refused

TYPES = ("int8", "int32", "int64")


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape = draw(shapes())
    return move(draw(generators), "ZEROS_LIKE", [shape], [shape], None, type_)


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (
    lambda _: moved("ZEROS_LIKE", [(2, 3)], [(2, 3)]),
    lambda _: moved("ZEROS_LIKE", [(2, 3)], [(2, 3)], type="int64"),
)


def grow(composer: Composer, x: Made) -> None:
    composer.add("ZEROS_LIKE", [x.index], composer.tensor(x.shape, like=x))


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(moved("ZEROS_LIKE", [(2, 3)], [(3, 2)]), "output has the shape [3, 2], not [2, 3]")
    refused(moved("ZEROS_LIKE", [(2, 3)], [(2, 3)], type="int16"), "input is int16; supported: int8, int32, int64")

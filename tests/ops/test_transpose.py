import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import few, int32s, move, moved, shapes
from tests.ops.single import Case, exact, generators, refused

TYPES = ("int8", "int16", "float32")


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape = draw(shapes())
    order = draw(st.permutations(range(len(shape))))
    output = tuple(shape[i] for i in order)
    return move(draw(generators), "TRANSPOSE", [shape, int32s(*order)], [output], {}, type_)


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: moved("TRANSPOSE", [(2, 3, 4), int32s(2, 0, 1)], [(4, 2, 3)], {}),)


def grow(composer: Composer, x: Made) -> None:
    order = composer.random.sample(range(len(x.shape)), len(x.shape))
    inputs = [x.index, composer.int32s(order)]
    composer.add("TRANSPOSE", inputs, composer.tensor([x.shape[i] for i in order], like=x), {})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(moved("TRANSPOSE", [(2, 3), int32s(0, 0)], [(2, 2)], {}), "[0, 0] does not name each of 2")
    refused(moved("TRANSPOSE", [(2, 3), int32s(0, 2)], [(2, 3)], {}), "[0, 2]")
    refused(moved("TRANSPOSE", [(2, 3), int32s(0)], [(2, 3)], {}), "[0]")
    refused(moved("TRANSPOSE", [(2, 3), int32s(1, 0)], [(2, 3)], {}), "[2, 3], not [3, 2]")
    refused(moved("TRANSPOSE", [(1,) * 6, int32s(*range(6))], [(1,) * 6], {}), "6 dimensions; at most 5")
    refused(moved("TRANSPOSE", [(2, 3), np.array([1, 0])], [(3, 2)], {}), "permutation is int64")
    refused(moved("TRANSPOSE", [(2, 3), int32s(1, 0)], [(3, 2)], {}, "int32"), "input is int32")

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import few, int32s, move, moved, shapes
from tests.ops.single import Case, exact, generators, refused

TYPES = ("int8", "int32", "float32")


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    output = draw(shapes())
    shape = np.array(output, draw(st.sampled_from([np.int32, np.int8, np.int16, np.int64])))
    return move(draw(generators), "FILL", [shape, ()], [output], {}, type_)


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: moved("FILL", [int32s(2, 3), ()], [(2, 3)], {}),)


def grow(composer: Composer, x: Made) -> None:
    value = composer.model.tensor([], scale=x.scale, zero_point=x.zero_point, data=composer.values.bytes(1))
    composer.add("FILL", [composer.int32s(x.shape), value], composer.tensor(x.shape, like=x), {})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(moved("FILL", [int32s(2, 3), ()], [(3, 2)], {}), "shape is [2, 3], and its output's [3, 2]")
    refused(moved("FILL", [int32s(2, 3), (1,)], [(2, 3)], {}), "value has the shape [1]")
    refused(moved("FILL", [int32s(2, 3), ()], [(2, 3)], {}, "int16"), "input is int16")
    refused(moved("FILL", [int32s([2, 3]), ()], [(2, 3)], {}), "shape has the shape [1, 2]")
    refused(moved("FILL", [np.array([2], np.uint8), ()], [(2,)], {}), "shape is uint8")

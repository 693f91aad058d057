import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import few, int32s, move, moved, shapes
from tests.ops.single import Case, exact, generators, refused

TYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float32")


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape = draw(shapes(6, size=4))
    first = draw(st.integers(0, len(shape) - 1))
    named = draw(st.permutations(range(first, draw(st.integers(first, len(shape) - 1)) + 1)))
    axes_ = [axis - len(shape) if draw(st.booleans()) else axis for axis in named]
    return move(draw(generators), "REVERSE_V2", [shape, int32s(*axes_)], [shape], {}, type_)


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: moved("REVERSE_V2", [(2, 3, 4), int32s(1, 2)], [(2, 3, 4)], {}),)


def grow(composer: Composer, x: Made) -> None:
    axis = composer.random.randrange(len(x.shape))
    composer.add("REVERSE_V2", [x.index, composer.int32s([axis])], composer.tensor(x.shape, like=x), {})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    def reverse(axis: np.ndarray, output: tuple[int, ...] = (2, 3, 4), type_: str = "int8") -> bytes:
        return moved("REVERSE_V2", [(2, 3, 4), axis], [output], {}, type_)

    refused(reverse(int32s(0, 2)), "axes are [0, 2]; TFLM reverses neighbouring ones only")
    refused(reverse(int32s(1, 1)), "axes are [1, 1]")
    refused(reverse(int32s(3)), "axis is 3")
    refused(reverse(np.array(1, np.int32)), "axis has the shape []")
    refused(reverse(int32s(1), (4, 3, 2)), "[4, 3, 2], not [2, 3, 4]")
    refused(reverse(int32s(1), type_="uint32"), "input is uint32")

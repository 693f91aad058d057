import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import axes, few, int32s, move, moved, shapes
from tests.ops.single import Case, exact, generators, refused

TYPES = ("int8", "int16", "int32", "float32")


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape = draw(shapes(size=4))
    axis = draw(axes(len(shape)))
    at = axis % len(shape)
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    whole = (*shape[:at], sum(sizes), *shape[at + 1 :])
    parts = [(*shape[:at], size, *shape[at + 1 :]) for size in sizes]
    inputs = [whole, int32s(*sizes), np.array(axis, np.int32)]
    return move(draw(generators), "SPLIT_V", inputs, parts, {"numSplits": len(sizes)}, type_)


AXIS = int32s(1)
CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: moved("SPLIT_V", [(2, 6), int32s(2, 4), int32s(1)], [(2, 2), (2, 4)], {"numSplits": 2}),)


def grow(composer: Composer, x: Made) -> None:
    axis = max(range(len(x.shape)), key=lambda i: x.shape[i])
    if x.shape[axis] > 1:
        first = composer.random.randint(1, x.shape[axis] - 1)
        sizes = [first, x.shape[axis] - first]
        parts = [composer.tensor([*x.shape[:axis], size, *x.shape[axis + 1 :]], like=x) for size in sizes]
        inputs = [x.index, composer.int32s(sizes), composer.int32s([axis])]
        composer.add("SPLIT_V", inputs, parts, {"numSplits": 2})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    def split(*outputs: tuple[int, ...], axis: np.ndarray = AXIS, type_: str = "int8") -> bytes:
        return moved("SPLIT_V", [(2, 6), int32s(2, 4), axis], outputs, {"numSplits": len(outputs)}, type_)

    refused(split((2, 2), (2, 3)), "cuts 6 elements along dimension 1 into parts of [2, 3]")
    refused(split((2, 2), (1, 4)), "output 1 of shape [1, 4] is no part along dimension 1 of [2, 6]")
    refused(split((2, 2), (4,)), "output 1 of shape [4]")
    refused(split((2, 2), (2, 4), axis=int32s(-3)), "axis is -3")
    refused(split((2, 2), (2, 4), axis=int32s(1, 1)), "axes are [1, 1]")
    refused(split((2, 2), (2, 4), type_="int64"), "input is int64")

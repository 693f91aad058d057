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
    part = draw(shapes(size=4))
    axis, count = draw(axes(len(part))), draw(st.integers(1, 5))
    at = axis % len(part)
    shape = (*part[:at], count * part[at], *part[at + 1 :])
    named = np.array(axis, np.int32).reshape(draw(st.sampled_from([(), (1,)])))
    return move(draw(generators), "SPLIT", [named, shape], [part] * count, {"numSplits": count}, type_)


AXIS = int32s(1)
CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: moved("SPLIT", [int32s(1), (2, 6)], [(2, 3)] * 2, {"numSplits": 2}),)


def grow(composer: Composer, x: Made) -> None:
    found = [axis for axis, n in enumerate(x.shape) if n % 2 == 0]
    if found:
        axis = composer.random.choice(found)
        shape = [n // 2 if i == axis else n for i, n in enumerate(x.shape)]
        halves = [composer.tensor(shape, like=x) for _ in range(2)]
        composer.add("SPLIT", [composer.int32s([axis]), x.index], halves, {"numSplits": 2})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    def split(*outputs: tuple[int, ...], axis: np.ndarray = AXIS, type_: str = "int8") -> bytes:
        return moved("SPLIT", [axis, (2, 6)], outputs, {"numSplits": len(outputs)}, type_)

    refused(split((2, 2), (2, 4)), "outputs' shapes [(2, 2), (2, 4)]")
    refused(split((2, 2), (2, 2)), "cuts 6 elements along dimension 1 into parts of [2, 2]")
    refused(split((2, 3), (2, 3), axis=int32s(0)), "no part along dimension 0")
    refused(split((2, 3), (2, 3), axis=int32s(2)), "axis is 2")
    refused(split((2, 3), (2, 3), axis=int32s(1, 1)), "axes are [1, 1]")
    refused(split((2, 3), (2, 3), axis=np.array([1])), "axis is int64")
    refused(split((2, 3), (2, 3), type_="bool"), "input is bool")

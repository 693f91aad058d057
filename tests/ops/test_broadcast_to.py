import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import MOST_ELEMENTS, Composer, Made
from tests.ops.moves import few, int32s, move, moved, shapes
from tests.ops.single import Case, exact, generators, refused


@st.composite
def cases(draw: st.DrawFn) -> Case:
    output = draw(shapes())
    shape = tuple(1 if draw(st.booleans()) else n for n in output)[draw(st.integers(0, len(output))) :]
    named = np.array(output, draw(st.sampled_from([np.int32, np.int64])))
    type_ = draw(st.sampled_from(["int8", "bool", "int16", "int32", "uint32", "int64", "float32"]))
    return move(draw(generators), "BROADCAST_TO", [shape, named], [output], {}, type_)


CASES = {"any": cases()}
SMALL = (lambda _: moved("BROADCAST_TO", [(3, 1), int32s(2, 3, 4)], [(2, 3, 4)], {}),)


def grow(composer: Composer, x: Made) -> None:
    shape = [composer.random.randint(1, 3) if n == 1 else n for n in x.shape]
    if math.prod(shape) <= MOST_ELEMENTS:
        composer.add("BROADCAST_TO", [x.index, composer.int32s(shape)], composer.tensor(shape, like=x), {})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    def broadcast(shape: np.ndarray, output: tuple[int, ...]) -> bytes:
        return moved("BROADCAST_TO", [(3, 1), shape], [output], {})

    refused(broadcast(int32s(2, 4), (2, 4)), "broadcasts the shape [3, 1] to [2, 4]")
    refused(broadcast(int32s(3, 4), (3, 5)), "its output has [3, 5]")
    refused(broadcast(int32s(1), (1,)), "to [1]")
    refused(broadcast(int32s(1, 1, 1, 1, 3, 1), (1, 1, 1, 1, 3, 1)), "[1, 1, 1, 1, 3, 1]")
    refused(broadcast(np.array([3, 4], np.int16), (3, 4)), "shape is int16")
    refused(broadcast(int32s([3, 4]), (3, 4)), "shape has the shape [1, 2]")

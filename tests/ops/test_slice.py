import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import few, int32s, move, moved, shapes
from tests.ops.single import Case, exact, generators, refused

TYPES = ("bool", "int8", "int16", "int32", "float32")


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape = draw(shapes())
    begin = [draw(st.integers(0, n - 1)) for n in shape]
    sizes = [draw(st.integers(1, n - at) | st.just(-1)) for n, at in zip(shape, begin, strict=True)]
    output = tuple(n - at if size == -1 else size for n, at, size in zip(shape, begin, sizes, strict=True))
    type_of_bounds = draw(st.sampled_from([np.int32, np.int64]))
    bounds = [np.array(numbers, type_of_bounds) for numbers in (begin, sizes)]
    return move(draw(generators), "SLICE", [shape, *bounds], [output], {}, type_)


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: moved("SLICE", [(3, 5), int32s(1, 2), int32s(-1, 2)], [(2, 2)], {}),)


def grow(composer: Composer, x: Made) -> None:
    begin = [composer.random.randrange(n) for n in x.shape]
    sizes = [composer.random.randint(1, n - at) for n, at in zip(x.shape, begin, strict=True)]
    inputs = [x.index, composer.int32s(begin), composer.int32s(sizes)]
    composer.add("SLICE", inputs, composer.tensor(sizes, like=x), {})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    def sliced(begin: list[int], size: list[int], output: tuple[int, ...] = (2, 2)) -> bytes:
        return moved("SLICE", [(3, 5), int32s(*begin), int32s(*size)], [output], {})

    refused(sliced([2, 0], [2, 2]), "outside the shape [3, 5]")
    refused(sliced([-1, 0], [2, 2]), "outside")
    refused(sliced([0, 0], [-2, 2]), "outside")
    refused(sliced([0, 0], [2, 2], (2, 3)), "[2, 3], not [2, 2]")
    refused(sliced([0], [2]), "2 numbers each")
    refused(moved("SLICE", [(3,), np.array([0]), int32s(1)], [(1,)], {}), "of two types")
    refused(moved("SLICE", [(1,) * 6, *[int32s(*[0] * 6)] * 2], [(1,) * 6], {}), "6 dimensions; at most 5")
    refused(moved("SLICE", [(3,), int32s(0), int32s(1)], [(1,)], {}, "int64"), "input is int64")

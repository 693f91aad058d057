import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import MOST_ELEMENTS, Composer, Made
from tests.ops.moves import axes, few, move, moved, shapes
from tests.ops.single import Case, exact, generators, refused

TYPES = ("int8", "int16", "int32", "int64", "float32")


def options(count: int, axis: int) -> dict[str, int]:
    return {"valuesCount": count, "axis": axis}


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape, count = draw(shapes(4, 0)), draw(st.integers(1, 6))
    axis = draw(axes(len(shape) + 1))
    at = axis % (len(shape) + 1)
    output = (*shape[:at], count, *shape[at:])
    return move(draw(generators), "PACK", [shape] * count, [output], options(count, axis), type_)


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: moved("PACK", [(2, 3)] * 2, [(2, 2, 3)], options(2, 1)),)


def grow(composer: Composer, x: Made) -> None:
    parts = [x, *(composer.pick(lambda t: (t.shape, t.type) == (x.shape, x.type)) for _ in range(2))]
    if len(x.shape) < 4 and 3 * math.prod(x.shape) <= MOST_ELEMENTS:
        axis = composer.random.randint(0, len(x.shape))
        shape = [*x.shape[:axis], 3, *x.shape[axis:]]
        inputs = [part.index for part in parts]
        composer.add("PACK", inputs, composer.tensor(shape, like=x), options(3, axis))


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(moved("PACK", [(2, 3)] * 2, [(2, 2, 3)], options(3, 1)), "2 inputs, and its options say 3")
    refused(moved("PACK", [(2, 3)] * 2, [(2, 2, 3)], options(2, 3)), "axis is 3; there are 3")
    refused(moved("PACK", [(2, 3)] * 2, [(2, 2, 3)], options(2, 2)), "puts 2 inputs along dimension 2")
    refused(moved("PACK", [(2, 3), (3, 2)], [(2, 2, 3)], options(2, 0)), "input 1 has the shape [3, 2]")
    refused(moved("PACK", [(2, 3), np.zeros((2, 3), np.int16)], [(2, 2, 3)], options(2, 0)), "input 1 is int16")
    refused(moved("PACK", [(2, 3)] * 2, [(2, 2, 3)]), "options are missing")
    refused(moved("PACK", [(2, 3)] * 2, [(2, 2, 3)], options(2, 0), "bool"), "output is bool")

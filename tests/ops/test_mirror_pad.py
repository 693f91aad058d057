import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import MOST_ELEMENTS, Composer, Made
from tests.ops.moves import few, int32s, move, moved, shapes
from tests.ops.single import Case, exact, generators, refused

TYPES = ("int8", "float32")
REFLECT, SYMMETRIC = 0, 1


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape, mode = draw(shapes(size=4)), draw(st.sampled_from([REFLECT, SYMMETRIC]))
    most = [n - 1 if mode == REFLECT else n for n in shape]
    widths = [[draw(st.integers(0, n)), draw(st.integers(0, n))] for n in most]
    output = tuple(n + sum(pair) for n, pair in zip(shape, widths, strict=True))
    paddings = np.array(widths, draw(st.sampled_from([np.int32, np.int64])))
    return move(draw(generators), "MIRROR_PAD", [shape, paddings], [output], {"mode": mode}, type_)


def mirror(paddings: np.ndarray, output: tuple[int, ...], mode: int = REFLECT, type_: str = "int8") -> bytes:
    """A model of a MIRROR_PAD of the shape [2, 3]."""
    return moved("MIRROR_PAD", [(2, 3), paddings], [output], {"mode": mode}, type_)


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: mirror(int32s([1, 0], [2, 1]), (3, 6)),)


def grow(composer: Composer, x: Made) -> None:
    widths = [[min(1, n - 1), 0] for n in x.shape]
    shape = [n + before for n, (before, _) in zip(x.shape, widths, strict=True)]
    if math.prod(shape) <= MOST_ELEMENTS:
        inputs = [x.index, composer.int32s(widths)]
        composer.add("MIRROR_PAD", inputs, composer.tensor(shape, like=x), {"mode": REFLECT})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(mirror(int32s([2, 0], [0, 0]), (4, 3)), "more than there is of [2, 3]")
    refused(mirror(int32s([3, 0], [0, 0]), (5, 3), SYMMETRIC), "more than there is")
    refused(mirror(int32s([-1, 0], [0, 0]), (1, 3)), "[(-1, 0), (0, 0)]")
    refused(mirror(int32s([1, 0], [0, 0]), (2, 3)), "[2, 3], not [3, 3]")
    refused(mirror(int32s([1, 0, 0, 0]), (3, 3)), "padding has the shape [1, 4], not [2, 2]")
    refused(mirror(int32s([1, 0], [0, 0]), (3, 3), 2), "mode is 2")
    refused(mirror(int32s([1, 0], [0, 0]), (3, 3), type_="int16"), "input is int16")
    refused(moved("MIRROR_PAD", [(2, 3), int32s([1, 0], [0, 0])], [(3, 3)]), "options are missing")

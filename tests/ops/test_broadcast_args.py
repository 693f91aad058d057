import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import few, int32s, moved, shapes
from tests.ops.single import Case, exact, refused

TYPES = ("int32", "int64")
GROWS_ON = ("int32",)


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape = draw(shapes(6, size=9))
    pair = [np.array([1 if draw(st.booleans()) else n for n in shape], type_) for _ in range(2)]
    short = draw(st.integers(0, 1))
    pair[short] = pair[short][draw(st.integers(0, len(shape) - 1)) :]
    constant = draw(st.booleans())
    inputs = [pair[0].shape, pair[1] if constant else pair[1].shape]
    model = moved("BROADCAST_ARGS", inputs, [(len(shape),)], None, type_)
    return Case(model, (tuple(pair[:1] if constant else pair),))


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: moved("BROADCAST_ARGS", [(3,), int32s(4, 1)], [(3,)], None, "int32"),)


def grow(composer: Composer, x: Made) -> None:
    if len(x.shape) == 1:
        ones = composer.int32s([1] * (x.shape[0] + 1))
        output = composer.quantized([x.shape[0] + 1], 1.0, 0, "int32")
        composer.add("BROADCAST_ARGS", [x.index, ones], output)


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(moved("BROADCAST_ARGS", [(3,), (2,)], [(2,)], None, "int32"), "output has the shape [2], not [3]")
    refused(moved("BROADCAST_ARGS", [(3,), (3, 1)], [(3,)], None, "int32"), "input has the shape [3, 1]")
    refused(moved("BROADCAST_ARGS", [(3,), np.array([1])], [(3,)], None, "int32"), "input is int64")
    refused(moved("BROADCAST_ARGS", [(3,), (3,)], [(3,)], None, "int16"), "input is int16")

import math

import numpy as np
import pytest
from hypothesis import given

from tests.composed import MOST_ELEMENTS, Composer, Made
from tests.ops.moves import few
from tests.ops.single import Case, exact, refused
from tests.ops.test_pad import TYPES, cases, pad

CASES = {type_: cases("PADV2", type_) for type_ in TYPES}
SMALL = (lambda _: pad(name="PADV2", value=7), lambda _: pad(name="PADV2", value=7, type="int32"))


def grow(composer: Composer, x: Made) -> None:
    widths = [[1, 0]] * len(x.shape)
    shape = [n + 1 for n in x.shape]
    value = composer.model.tensor([1], scale=x.scale, zero_point=x.zero_point, data=np.array([9], np.int8))
    if math.prod(shape) <= MOST_ELEMENTS:
        composer.add("PADV2", [x.index, composer.int32s(widths), value], composer.tensor(shape, like=x), {})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(pad(name="PADV2", value=1, value_scale=0.2), "padding value")
    refused(pad(name="PADV2", type="int64"), "input is int64")

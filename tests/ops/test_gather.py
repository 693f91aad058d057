import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import MOST_ELEMENTS, Composer, Made
from tests.host import host
from tests.ops import picks
from tests.ops.moves import axes, few, int32s, shapes
from tests.ops.picks import TYPES, picked
from tests.ops.single import Case, exact, refused
from tinyml import ops
from tinyml.graph import read


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape, named = draw(shapes(4)), draw(axes(4))
    axis = named % len(shape)
    batch = draw(st.integers(0, axis))
    chosen = draw(shapes(2, least=0))
    bounds = np.full((*shape[:batch], *chosen), shape[axis])
    output = (*shape[:axis], *chosen, *shape[axis + 1 :])
    spelled = batch - bounds.ndim if batch < bounds.ndim and draw(st.booleans()) else batch
    options = {"axis": axis - len(shape) if named < 0 else axis, "batchDims": spelled}
    return draw(picks.cases("GATHER", shape, bounds, output, options, type_))


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (
    lambda _: picked("GATHER", (2, 3, 4), (2, 2), (2, 2, 4), {"axis": 1, "batchDims": 1}),
    lambda _: picked("GATHER", (2, 3), int32s(2, 0), (2, 2), {"axis": 1}),
)


def grow(composer: Composer, x: Made) -> None:
    axis = composer.random.randrange(len(x.shape))
    indices = [composer.random.randrange(x.shape[axis]) for _ in range(3)]
    shape = [*x.shape[:axis], 3, *x.shape[axis + 1 :]]
    if math.prod(shape) <= MOST_ELEMENTS:
        inputs = [x.index, composer.int32s(indices)]
        composer.add("GATHER", inputs, composer.tensor(shape, like=x), {"axis": axis})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_an_index_that_lies_outside_takes_the_nearest() -> None:
    graph = read(picked("GATHER", (3,), (4,), (4,), {"axis": 0}))
    inputs = [np.array([5, 6, 7], np.int8), np.array([-1, 3, 1, -(1 << 31)], np.int32)]
    assert host().run(graph, ops.lower(graph), inputs)[graph.outputs[0]].tolist() == [5, 7, 6, 5]


def test_refuses() -> None:
    refused(picked("GATHER", (2, 3), int32s(3), (2, 1), {"axis": 1}), "indices lie outside the shape [2, 3]")
    refused(picked("GATHER", (2, 3), int32s(-1), (2, 1), {"axis": 1}), "indices lie outside")
    refused(picked("GATHER", (2, 3), int32s(0), (2, 1), {"axis": 2}), "axis is 2")
    refused(picked("GATHER", (2, 3), (2, 1), (2, 1), {"axis": 0, "batchDims": 1}), "1 batch dimensions")
    refused(picked("GATHER", (2, 3), (3, 1), (2, 1), {"axis": 1, "batchDims": 1}), "1 batch dimensions")
    refused(picked("GATHER", (2, 3), int32s(0), (2,), {"axis": 1}), "output has the shape [2], not [2, 1]")
    refused(picked("GATHER", (2, 3), np.array([0]), (2, 1), {"axis": 1}), "input is int64")
    refused(picked("GATHER", (2, 3), int32s(0), (2, 1), {"axis": 1}, type="int16"), "input is int16")
    refused(picked("GATHER", (2, 3), int32s(0), (2, 1)), "options are missing")

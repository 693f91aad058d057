import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.batches import blocks
from tests.ops.moves import few, int32s, move, moved
from tests.ops.single import Case, exact, generators, refused

TYPES = ("int8", "float32")


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    drawn = draw(blocks(edges=False))
    inputs = [drawn.image, drawn.sizes, drawn.edges]
    return move(draw(generators), "SPACE_TO_BATCH_ND", inputs, [drawn.batches], {}, type_)


def batches(sizes: np.ndarray, edges: np.ndarray, output: tuple[int, ...], type_: str = "int8") -> bytes:
    """A model of a SPACE_TO_BATCH_ND of the shape [1, 4, 6, 1]."""
    return moved("SPACE_TO_BATCH_ND", [(1, 4, 6, 1), sizes, edges], [output], {}, type_)


CASES = {type_: cases(type_) for type_ in TYPES}
NONE = int32s([0, 0], [0, 0])
SMALL = (lambda _: batches(int32s(2, 3), NONE, (6, 2, 2, 1)),)


def grow(composer: Composer, x: Made) -> None:
    if len(x.shape) == 4 and x.shape[1] % 2 == 0:
        n, height, width, channels = x.shape
        inputs = [x.index, composer.int32s([2, 1]), composer.int32s([[0, 0], [0, 0]])]
        output = composer.tensor([2 * n, height // 2, width, channels], like=x)
        composer.add("SPACE_TO_BATCH_ND", inputs, output, {})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(batches(int32s(2, 2), int32s([0, 2], [0, 0]), (4, 3, 3, 1)), "pads by [0, 2, 0, 0]")
    refused(batches(int32s(2, 2), NONE, (4, 2, 2, 1)), "batches has the shape [4, 2, 2, 1], not [4, 2, 3, 1]")
    refused(batches(int32s(3, 2), NONE, (6, 1, 3, 1)), "blocks [3, 2] do not fill")
    refused(batches(int32s(0, 2), NONE, (4, 2, 3, 1)), "blocks [0, 2]")
    refused(batches(int32s(2), NONE, (4, 2, 3, 1)), "blocks [2]")
    refused(batches(int32s(2, 2), int32s([0, 0]), (4, 2, 3, 1)), "padding [0, 0]")
    refused(batches(int32s(2, 2), NONE, (24, 1)), "[24, 1], not [4, 2, 3, 1]")
    refused(batches(int32s(2, 2), NONE, (4, 2, 3, 1), "int16"), "input is int16")

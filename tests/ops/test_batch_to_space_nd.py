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
    drawn = draw(blocks())
    inputs = [drawn.batches, drawn.sizes, drawn.edges]
    return move(draw(generators), "BATCH_TO_SPACE_ND", inputs, [drawn.image], {}, type_)


def space(sizes: np.ndarray, edges: np.ndarray, output: tuple[int, ...], type_: str = "int8") -> bytes:
    """A model of a BATCH_TO_SPACE_ND of the shape [4, 2, 3, 1]."""
    return moved("BATCH_TO_SPACE_ND", [(4, 2, 3, 1), sizes, edges], [output], {}, type_)


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: space(int32s(2, 2), int32s([1, 0], [0, 2]), (1, 3, 4, 1)),)


def grow(composer: Composer, x: Made) -> None:
    if len(x.shape) == 4 and x.shape[0] % 2 == 0:
        n, height, width, channels = x.shape
        inputs = [x.index, composer.int32s([1, 2]), composer.int32s([[0, 0], [1, 0]])]
        output = composer.tensor([n // 2, height, 2 * width - 1, channels], like=x)
        composer.add("BATCH_TO_SPACE_ND", inputs, output, {})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(space(int32s(2, 2), int32s([1, 0], [0, 2]), (1, 3, 5, 1)), "do not fill [1, 3, 5, 1]")
    refused(space(int32s(2, 2), int32s([-1, 0], [0, 0]), (1, 5, 6, 1)), "padding [-1, 0, 0, 0]")
    refused(space(int32s(2, 2), int32s([0, 0], [0, 0]), (24,)), "image has the shape [24]")
    refused(space(int32s(2, 2, 1), int32s([0, 0], [0, 0]), (1, 4, 6, 1)), "blocks [2, 2, 1]")
    refused(space(int32s(2, 2), int32s([0, 0], [0, 0]), (1, 4, 6, 1), "int32"), "input is int32")

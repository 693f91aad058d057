import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import few, int32s, move, moved, shapes
from tests.ops.single import Case, exact, generators, refused

TYPES = ("bool", "int8", "int16", "int32", "float32")


@st.composite
def bounds(
    draw: st.DrawFn, size: int, shrinks: bool, from_first: bool, to_last: bool
) -> tuple[int, int, int, int]:
    """Begin, end and stride for a dimension of `size`, and how many are taken, at least one."""
    if shrinks:
        begin = draw(st.integers(-size, size - 1))
        return begin, draw(st.integers(-9, 9)), 1, 1
    stride = draw(st.integers(-4, 4).filter(bool) | st.sampled_from([-(1 << 30), 1 << 30]))
    wide = st.integers(-2 * size, 2 * size) | st.sampled_from([-(1 << 31), (1 << 31) - 1])
    begin, end = draw(wide), draw(wide)
    taken = range(size)[slice(None if from_first else begin, None if to_last else end, stride)]
    if not taken:
        begin, end, taken = (
            (-2 * size, 2 * size, range(size)) if stride > 0 else (2 * size, -2 * size - 1, range(size))
        )
        taken = taken[::stride]
    return begin, end, stride, len(taken)


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape = draw(shapes(4))
    masks = draw(st.tuples(*(st.integers(0, (1 << len(shape)) - 1) for _ in range(3))))
    taken = [
        draw(bounds(size, *(bool(mask >> i & 1) for mask in (masks[2], masks[0], masks[1]))))
        for i, size in enumerate(shape)
    ]
    begin, end, strides, counts = zip(*taken, strict=True)
    output = tuple(n for i, n in enumerate(counts) if not masks[2] >> i & 1)
    options = {"beginMask": masks[0], "endMask": masks[1], "shrinkAxisMask": masks[2]}
    inputs = [shape, int32s(*begin), int32s(*end), int32s(*strides)]
    return move(draw(generators), "STRIDED_SLICE", inputs, [output], options, type_)


CASES = {type_: cases(type_) for type_ in TYPES}
BOUNDS = (int32s(0, 4), int32s(2, 0), int32s(1, -2))
SMALL = (lambda _: moved("STRIDED_SLICE", [(3, 5), *BOUNDS], [(2, 2)], {}),)


def grow(composer: Composer, x: Made) -> None:
    if len(x.shape) > 4:  # TFLM has no more
        return
    draw = composer.random
    strides = [draw.choice([1, 1, 2, -1, -2]) for _ in x.shape]
    shape = [-(-n // abs(stride)) for n, stride in zip(x.shape, strides, strict=True)]
    every = (1 << len(shape)) - 1
    inputs = [x.index, *(composer.int32s(values) for values in ([0] * len(shape), [0] * len(shape), strides))]
    composer.add("STRIDED_SLICE", inputs, composer.tensor(shape, like=x), {"beginMask": every, "endMask": every})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ellipsisMask": 1}, "which TFLM ignores"),
        ({"newAxisMask": 1}, "which TFLM ignores"),
        ({"offset": True}, "which TFLM ignores"),
        ({"shrinkAxisMask": 2}, "takes 4 to 0 by -2 of 5: nothing"),
        ({"beginMask": 2, "endMask": 1}, "[2, 2], not [3, 2]"),
    ],
)
def test_refuses_masks(options: dict[str, int], words: str) -> None:
    refused(moved("STRIDED_SLICE", [(3, 5), *BOUNDS], [(2, 2)], options), words)


def test_refuses() -> None:
    def sliced(shape: tuple[int, ...], *bounds: np.ndarray, output: tuple[int, ...] = (1,)) -> bytes:
        return moved("STRIDED_SLICE", [shape, *bounds], [output], {})

    refused(sliced((3,), int32s(2), int32s(1), int32s(1)), "takes 2 to 1 by 1 of 3: nothing")
    refused(sliced((3,), int32s(0), int32s(1), int32s(0)), "by 0")
    refused(sliced((3,), int32s(1), int32s(3), int32s((1 << 31) - 1)), "counts beyond 32 bits")
    refused(sliced((3,), int32s(0), int32s(1, 1), int32s(1)), "each needs 1 numbers")
    refused(sliced((1,) * 5, *[int32s(*[1] * 5)] * 3), "5 dimensions; 1 to 4")
    refused(moved("STRIDED_SLICE", [(3, 5), *BOUNDS], [(2, 2)]), "options are missing")

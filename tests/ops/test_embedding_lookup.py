import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import picks
from tests.ops.moves import few, int32s, shapes
from tests.ops.picks import TYPES, picked
from tests.ops.single import SAMPLES, Case, exact, generators, refused, scales, values
from tests.tflite import Builder


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape, count = draw(shapes(4, least=2)), draw(st.integers(1, 6))
    bounds, output = np.full(count, shape[0]), (count, *shape[1:])
    return draw(picks.cases("EMBEDDING_LOOKUP", shape, bounds, output, None, type_, indices_first=True))


def lookup(indices: np.ndarray | tuple[int, ...], output: tuple[int, ...], type_: str = "int8") -> bytes:
    """A model of an EMBEDDING_LOOKUP in a table of shape [2, 3]."""
    return picked("EMBEDDING_LOOKUP", (2, 3), indices, output, type=type_, indices_first=True)


@st.composite
def dequantized_cases(draw: st.DrawFn) -> Case:
    rng = draw(generators)
    shape, count = draw(shapes(4, least=2)), draw(st.integers(1, 6))
    model = dequantized(shape, count, draw(scales(1e-37, 1e36)))
    indices = rng.integers(0, shape[0], (SAMPLES, count)).astype(np.int32)
    return Case(model, tuple((chosen, values(rng, shape)) for chosen in indices))


def dequantized(shape: tuple[int, ...] = (2, 3), count: int = 2, scale: float = 0.1, zero_point: int = 0) -> bytes:
    """A model of an EMBEDDING_LOOKUP of `count` indices from an int8 table to float32."""
    b = Builder()
    i, x = b.tensor((count,), "int32"), b.tensor(shape, "int8", scale, zero_point)
    y = b.tensor((count, *shape[1:]), "float32")
    b.operator("EMBEDDING_LOOKUP", [i, x], [y])
    return b.build([i, x], [y])


CASES = {type_: cases(type_) for type_ in TYPES} | {"int8->float32": dequantized_cases()}
SMALL = (lambda _: lookup((2,), (2, 3)), lambda _: dequantized())


def grow(composer: Composer, x: Made) -> None:
    indices = [composer.random.randrange(x.shape[0]) for _ in range(2)]
    if len(x.shape) >= 2:
        output = composer.tensor([2, *x.shape[1:]], like=x)
        composer.add("EMBEDDING_LOOKUP", [composer.int32s(indices), x.index], output)


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(lookup(int32s(2), (1, 3)), "indices lie outside the shape [2, 3]")
    refused(lookup(int32s([1]), (1, 3)), "indices has the shape [1, 1], not 1 dimensions")
    refused(lookup(int32s(1), (2, 3)), "output has the shape [2, 3], not [1, 3]")
    refused(lookup(np.array([1]), (1, 3)), "input is int64")
    refused(lookup(int32s(1), (1, 3), "int16"), "input is int16")
    refused(dequantized(zero_point=1), "table has the zero point 1, not 0")

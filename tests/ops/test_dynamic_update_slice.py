import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import SCALES, Shape, few, int32s, shapes
from tests.ops.single import SAMPLES, Case, exact, generators, refused, values
from tests.tflite import Builder

TYPES = ("int8", "int16", "int32", "float32")


def updated(
    shape: Shape,
    update: Shape,
    starts: np.ndarray | Shape,
    type: str = "int8",
    *,
    start_type: str = "int32",
    output: Shape | None = None,
) -> bytes:
    """A model of one DYNAMIC_UPDATE_SLICE, whose starts are an input where only their shape is given."""
    b = Builder()
    scale, zero_point = SCALES.get(type, (None, 0))
    x, part, y = (b.tensor(of, type, scale, zero_point) for of in (shape, update, output or shape))
    given = isinstance(starts, np.ndarray)
    at = b.tensor(starts.shape, start_type, data=starts) if given else b.tensor(starts, start_type)
    b.operator("DYNAMIC_UPDATE_SLICE", [x, part, at], [y], {})
    return b.build([x, part] if given else [x, part, at], [y])


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    rng = draw(generators)
    shape = draw(shapes(6, size=4))
    update = tuple(draw(st.integers(1, n)) for n in shape)
    start_type = draw(st.sampled_from(["int32", "int64"]))
    far = 1 << (31 if start_type == "int32" else 40)
    ends = np.array([-far, -2, 0, 1, 2, 3, far - 1], start_type)
    chosen = [rng.choice(ends, len(shape)) for _ in range(SAMPLES)]
    constant = draw(st.booleans())
    model = updated(shape, update, chosen[0] if constant else (len(shape),), type_, start_type=start_type)
    data = [(values(rng, shape, type_), values(rng, update, type_)) for _ in range(SAMPLES)]
    return Case(model, tuple(pair if constant else (*pair, at) for pair, at in zip(data, chosen, strict=True)))


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (
    lambda _: updated((3, 5), (2, 2), (2,)),
    lambda _: updated((3, 5), (2, 2), int32s(1, 4), "int16"),
)


def grow(composer: Composer, x: Made) -> None:
    if x.shape[0] > 1:
        part = composer.values.integers(-128, 128, (1, *x.shape[1:])).astype(np.int8)
        update = composer.model.tensor(part.shape, scale=x.scale, zero_point=x.zero_point, data=part)
        starts = composer.int32s([1] * len(x.shape))
        composer.add("DYNAMIC_UPDATE_SLICE", [x.index, update, starts], composer.tensor(x.shape, like=x), {})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(updated((3, 5), (4, 1), (2,)), "update [4, 1] does not fit into [3, 5]")
    refused(updated((3, 5), (2,), (2,)), "update has the shape [2], not 2 dimensions")
    refused(updated((3, 5), (2, 2), (1,)), "start has the shape [1], not [2]")
    refused(updated((3, 5), (2, 2), (2,), start_type="int16"), "start is int16")
    refused(updated((3, 5), (2, 2), (2,), output=(5, 3)), "[5, 3], not [3, 5]")
    refused(updated((3, 5), (2, 2), (2,), "int64"), "input is int64")

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import axes, few, move, moved, shapes
from tests.ops.single import Case, exact, generators, refused

TYPES = ("int8", "int16", "int32", "float32")


def options(count: int, axis: int) -> dict[str, int]:
    return {"num": count, "axis": axis}


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape = draw(shapes())
    axis = draw(axes(len(shape)))
    at = axis % len(shape)
    output = shape[:at] + shape[at + 1 :]
    return move(draw(generators), "UNPACK", [shape], [output] * shape[at], options(shape[at], axis), type_)


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: moved("UNPACK", [(2, 3)], [(3,)] * 2, options(2, 0)),)


def grow(composer: Composer, x: Made) -> None:
    axis = composer.random.randrange(len(x.shape))
    count = x.shape[axis]
    if len(x.shape) > 2 and count <= 4:
        shape = x.shape[:axis] + x.shape[axis + 1 :]
        parts = [composer.tensor(shape, like=x) for _ in range(count)]
        composer.add("UNPACK", [x.index], parts, options(count, axis))


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(moved("UNPACK", [(2, 3)], [(3,)] * 2, options(3, 0)), "2 outputs, and its options say 3")
    refused(moved("UNPACK", [(2, 3)], [(2,)] * 2, options(2, 1)), "cuts 3 elements along dimension 1")
    refused(moved("UNPACK", [(2, 3)], [(3,)] * 2, options(2, 2)), "axis is 2")
    refused(moved("UNPACK", [(2, 3)], [(3,), (2,)], options(2, 0)), "output 1 has the shape [2], not [3]")
    refused(moved("UNPACK", [(2, 3)], [(3,)] * 2, options(2, 0), output_type="int16"), "output 0 is int16")
    refused(moved("UNPACK", [(2, 3)], [(3,)] * 2, options(2, 0), "int64"), "input is int64")
    refused(moved("UNPACK", [(2, 3)], [(3,)] * 2), "options are missing")

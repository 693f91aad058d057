import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import few, moved, shapes
from tests.ops.single import Case, case, exact, generators, refused

TYPES = ("int8", "int16", "int32", "uint32", "bool")
TO = ("int8", "int16", "int32", "uint32", "float32")
GROWS_ON = ("int8", "int32")


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape = draw(shapes())
    model = moved("CAST", [shape], [shape], {}, type_, draw(st.sampled_from(TO)))
    return case(model, draw(generators), shape, type=type_)


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: moved("CAST", [(2, 3)], [(2, 3)], {}, "int8", "int32"),)


def grow(composer: Composer, x: Made) -> None:
    if x.type == "int8":
        composer.add("CAST", [x.index], composer.quantized(x.shape, 1.0, 0, "int32"), {})
    else:
        composer.add("CAST", [x.index], composer.tensor(x.shape), {})


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @few
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


def test_refuses() -> None:
    refused(moved("CAST", [(2,)], [(2,)], {}, "float32", "int8"), "input is float32")
    refused(moved("CAST", [(2,)], [(2,)], {}, "int8", "bool"), "output is bool")
    refused(moved("CAST", [(2,)], [(3,)], {}, "int8", "int16"), "[3], not [2]")

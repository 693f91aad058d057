import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import few, moved, shapes
from tests.ops.single import Case, case, exact, generators, refused
from tests.tflite import Builder


@st.composite
def cases(draw: st.DrawFn) -> Case:
    shape = draw(shapes(6, size=4))
    type_ = draw(st.sampled_from(["int8", "bool", "int16", "int32", "uint32", "int64", "float32"]))
    model = moved("SHAPE", [shape], [(len(shape),)], {}, type_, "int32")
    return case(model, draw(generators), shape, type=type_)


CASES = {"any": cases()}
SMALL = (lambda _: moved("SHAPE", [(2, 3)], [(2,)], {}, output_type="int32"),)


def grow(composer: Composer, x: Made) -> None:
    composer.add("SHAPE", [x.index], composer.quantized([len(x.shape)], 1.0, 0, "int32"), {})


@few
@given(CASES["any"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


def test_a_constants_shape_is_known() -> None:
    b = Builder()
    x, y = b.tensor((2, 3), data=np.zeros(6, np.int8)), b.tensor((2,), "int32")
    b.operator("SHAPE", [x], [y], {})
    exact(case(b.build([b.tensor((1,))], [y]), np.random.default_rng(0), (1,)))


def test_refuses() -> None:
    refused(moved("SHAPE", [(2, 3)], [(2,)], {}, output_type="int64"), "output is int64")
    refused(moved("SHAPE", [(2, 3)], [(3,)], {}, output_type="int32"), "output has the shape [3], not [2]")
    refused(moved("SHAPE", [(1,) * 7], [(7,)], {}, output_type="int32"), "7 dimensions; at most 6")

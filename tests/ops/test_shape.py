import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests import oracle
from tests.composed import Composer, Made
from tests.host import host
from tests.interpreter.program import program
from tests.ops.moves import few, int32s, moved, shapes
from tests.ops.single import Case, case, exact, generators, refused
from tests.tflite import Builder
from tinyml import ops
from tinyml.graph import read


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


def test_what_converters_emit_for_an_open_batch() -> None:
    b = Builder()
    x, z = b.tensor((1, 2, 6), scale=0.1), b.tensor((1, 12), scale=0.1)
    shape, n, both = b.tensor((3,), "int32"), b.tensor((), "int32"), b.tensor((2,), "int32")
    first, second, one = (b.tensor((1,), "int32", data=int32s(value)) for value in (0, 1, 1))
    size = b.tensor((), "int32", data=np.array(12, np.int32))
    y = b.tensor((1, 12), scale=0.1)
    b.operator("SHAPE", [x], [shape], {})
    b.operator("STRIDED_SLICE", [shape, first, second, one], [n], {"shrinkAxisMask": 1})
    b.operator("PACK", [n, size], [both], {"valuesCount": 2, "axis": 0})
    b.operator("RESHAPE", [x, both], [y], {})
    b.operator("RELU", [y], [z])
    model, sample = b.build([x], [z]), np.arange(-6, 6, dtype=np.int8).reshape(1, 2, 6)
    graph = read(model)
    (expected,) = oracle.run(model, [sample])
    assert np.array_equal(host().run(graph, ops.lower(graph), [sample])[z], expected)
    assert program().run(model, [sample]).outputs == (expected.tobytes(),)


def test_refuses() -> None:
    refused(moved("SHAPE", [(2, 3)], [(2,)], {}, output_type="int64"), "output is int64")
    refused(moved("SHAPE", [(2, 3)], [(3,)], {}, output_type="int32"), "output has the shape [3], not [2]")
    refused(moved("SHAPE", [(1,) * 7], [(7,)], {}, output_type="int32"), "7 dimensions; at most 6")

import numpy as np
import pytest

from tests import oracle, small_models
from tests.host import host
from tests.ops import pools, unary
from tests.tflite import Builder
from tinyml import ops
from tinyml.errors import InputError, ModelError
from tinyml.graph import read
from tinyml.ops.shapes import fix


def open_model(signature: tuple[int, ...] = (-1, -1, 4, 3)) -> bytes:
    """A MAX_POOL_2D and a RELU whose input's open dimensions the converter wrote as 1."""
    b = Builder()
    shape = [max(1, n) for n in signature]
    tensors = [b.tensor(shape, scale=0.1) for _ in range(3)]
    b._subgraph.tensors[0].shapeSignature = list(signature)
    b.operator(
        "MAX_POOL_2D", tensors[:1], tensors[1:2], {"strideH": 1, "strideW": 1, "filterHeight": 2, "filterWidth": 2}
    )
    b.operator("RELU", tensors[1:2], tensors[2:])
    return b.build(tensors[:1], tensors[2:])


def test_an_open_batch_is_what_the_file_says() -> None:
    data = open_model((-1, 5, 4, 3))
    assert fix(data) == data


def test_another_open_dimension_must_be_given() -> None:
    with pytest.raises(ModelError, match=r"input t0 has the shape \[-1, -1, 4, 3\].* as \[1, 1, 4, 3\]") as caught:
        fix(open_model())
    assert "--shape t0=1,1,4,3" in caught.value.hint


def test_shapes_that_depend_on_a_given_one_are_inferred() -> None:
    data = fix(open_model(), ["t0=1,5,4,3"])
    graph = read(data)
    assert [t.shape for t in graph.tensors] == [(1, 5, 4, 3)] * 3
    assert fix(data) == data
    x = np.random.default_rng(0).integers(-128, 128, (1, 5, 4, 3)).astype(np.int8)
    assert np.array_equal(host().run(graph, ops.lower(graph), [x])[2], oracle.run(data, [x])[0])


def test_the_shape_of_the_file_changes_nothing() -> None:
    data = pools.pool("MAX_POOL_2D")
    assert fix(data, ["t0=1,5,6,3"]) == data


def test_a_shape_that_cannot_be_followed_is_refused_with_the_operator() -> None:
    with pytest.raises(ModelError, match=r"operator 1 RESHAPE .* 256 elements"):
        fix(small_models.classifier(), ["t0=1,8,8,2"])


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("t0", InputError, "not understood"),
        ("t0=1,-1", InputError, "not understood"),
        ("x=1,2", InputError, "no input 'x'"),
        ("t0=1,2", ModelError, r"\[256\] and cannot become \[1, 2\]"),
        ("t0=0", ModelError, "each dimension must be fixed"),
    ],
)
def test_refuses(text: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        fix(unary.unary("RELU"), [text])

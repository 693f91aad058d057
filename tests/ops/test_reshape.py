import math

import numpy as np
import pytest
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.host import host
from tests.ops.single import Case, case, generators, refused
from tests.tflite import Builder
from tinyml import ops
from tinyml.graph import read


def reshape(
    shape: tuple[int, ...], output: tuple[int, ...], types: tuple[str, str] = ("int8", "int8"), shapes: int = 0
) -> bytes:
    """A model of one RESHAPE with `shapes` further inputs."""
    b = Builder()
    x = b.tensor(shape, types[0], 0.1)
    further = [b.tensor((len(output),), "int32", data=np.array(output, np.int32)) for _ in range(shapes)]
    y = b.tensor(output, types[1], 0.1)
    b.operator("RESHAPE", [x, *further], [y], {})
    return b.build([x], [y])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A RESHAPE between two RELUs, since alone it computes nothing."""
    rng = draw(generators)
    shape = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    output = draw(st.permutations(shape) | st.just([1, math.prod(shape)]) | st.just([math.prod(shape)]))
    b = Builder()
    tensors = [b.tensor(dimensions, scale=0.1) for dimensions in (shape, shape, output, output)]
    b.operator("RELU", tensors[:1], tensors[1:2])
    sizes = [b.tensor((len(output),), "int32", data=np.array(output, np.int32))] if draw(st.booleans()) else []
    b.operator("RESHAPE", [tensors[1], *sizes], tensors[2:3], {})
    b.operator("RELU", tensors[2:3], tensors[3:])
    return case(b.build(tensors[:1], tensors[3:]), rng, shape)


CASES = {"any": cases()}
SMALL = (lambda _: reshape((2, 6), (3, 4), shapes=1),)


def grow(composer: Composer, x: Made) -> None:
    size = math.prod(x.shape)
    half = [1, 2, size // 2, 1] if size % 2 == 0 else [1, size, 1, 1]
    shape = composer.random.choice([[1, size], half, list(x.shape)])
    inputs = [x.index, composer.int32s(shape)]
    composer.add("RESHAPE", inputs, composer.tensor(shape, like=x), {"newShape": shape})


@pytest.mark.parametrize("shapes", [0, 1])
@pytest.mark.parametrize("type_", ["int8", "float32"])
def test_is_an_alias(shapes: int, type_: str) -> None:
    graph = read(reshape((2, 6), (3, 4), (type_, type_), shapes))
    (lowered,) = ops.lower(graph)
    assert lowered.calls == ()
    assert lowered.alias == 0


def test_a_constant_is_copied() -> None:
    b = Builder()
    data = np.arange(6, dtype=np.int32)
    x, y = b.tensor((6,), "int32", data=data), b.tensor((2, 3), "int32")
    b.operator("RESHAPE", [x], [y], {})
    graph = read(b.build([b.tensor((1,))], [y]))
    lowered = ops.lower(graph)
    assert lowered[0].alias is None
    assert np.array_equal(host().run(graph, lowered, [np.zeros(1, np.int8)])[y], data.reshape(2, 3))


def test_refuses() -> None:
    refused(reshape((2, 6), (3, 5)), "12 elements", "15")
    refused(reshape((2, 6), (3, 4), ("int8", "uint8")), "output is uint8; supported: int8")
    refused(reshape((2, 6), (3, 4), shapes=2), "3 inputs, not 1 or 2")

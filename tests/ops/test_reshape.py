import numpy as np
import pytest

from tests.host import host
from tests.ops.single import refused
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

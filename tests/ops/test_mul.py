import pytest

from tests.ops import binary
from tests.ops.single import activations, refused

CASES = {
    "int8": binary.cases("MUL"),
    "int16": binary.int16_cases("MUL"),
    "int32": binary.plain_cases("MUL", "int32", activation=activations),
}
SMALL = (
    lambda _: binary.binary("MUL", types=("int16",) * 3, zero_points=(0, 0, 0)),
    lambda _: binary.binary("MUL", shapes=((2, 3), (1, 3))),
    lambda _: binary.binary("MUL", types=("int32",) * 3, scales=binary.NO_SCALES),
)
GROWS_ON = ("int8", "int16")
grow = binary.grow("MUL")


@pytest.mark.parametrize("points", [(1, 0, 0), (0, 1, 0), (0, 0, 1)])
def test_refuses_int16_with_a_zero_point(points: tuple[int, int, int]) -> None:
    refused(binary.binary("MUL", types=("int16",) * 3, zero_points=points), "int16 with the zero point 1")

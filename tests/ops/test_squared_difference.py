import pytest
from hypothesis import strategies as st

from tests.ops import binary
from tests.ops.single import refused

# Squares beyond 32 bits are undefined in TFLM.
CASES = {
    "int8": binary.cases("SQUARED_DIFFERENCE", activation=st.none()),
    "int16": binary.int16_cases("SQUARED_DIFFERENCE", st.none()),
    "int32": binary.plain_cases("SQUARED_DIFFERENCE", "int32", most=2**14),
}
SMALL = (
    lambda _: binary.binary("SQUARED_DIFFERENCE", types=("int16",) * 3, zero_points=(0, 0, 0), activation=None),
    lambda _: binary.binary("SQUARED_DIFFERENCE", shapes=((2, 3), (1, 3)), activation=None),
    lambda _: binary.binary("SQUARED_DIFFERENCE", types=("int32",) * 3, scales=binary.NO_SCALES, activation=None),
)
GROWS_ON = ("int8", "int16")
grow = binary.grow("SQUARED_DIFFERENCE", activation=False)


@pytest.mark.parametrize("points", [(1, 0, 0), (0, 1, 0), (0, 0, 1)])
def test_refuses_int16_with_a_zero_point(points: tuple[int, int, int]) -> None:
    model = binary.binary("SQUARED_DIFFERENCE", types=("int16",) * 3, zero_points=points, activation=None)
    refused(model, "int16 with the zero point 1")

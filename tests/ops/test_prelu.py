from hypothesis import strategies as st

from tests.ops import binary
from tests.ops.single import refused

CASES = {"int8": binary.cases("PRELU", activation=st.none())}
SMALL = (lambda _: binary.binary("PRELU", shapes=((2, 3), (1, 3)), activation=None),)
grow = binary.grow("PRELU", activation=False)


def test_refuses_factors_that_tflm_leaves_undefined() -> None:
    refused(binary.binary("PRELU", scales=(1.0, 1.0, 2.0**-31), activation=None), "factor of 2.14748e+09")
    refused(binary.binary("PRELU", scales=(1.0, 2.0**31, 1.0), activation=None), "factor of 2.14748e+09")

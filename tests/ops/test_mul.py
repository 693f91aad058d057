from tests.ops import binary
from tests.ops.single import refused

CASES = {"int8": binary.cases("MUL")}
SMALL = (lambda _: binary.binary("MUL", shapes=((2, 3), (2, 1))),)
grow = binary.grow("MUL")


def test_refuses_a_factor_that_is_too_large() -> None:
    refused(binary.binary("MUL", scales=(1.0, 1.0, 2.0**-31)), "factor of 2.14748e+09")

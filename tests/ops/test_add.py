from tests.ops import binary
from tests.ops.single import refused

CASES = {"int8": binary.cases("ADD")}
SMALL = (lambda _: binary.binary("ADD", shapes=((2, 3), (1, 3))),)
grow = binary.grow("ADD")


def test_refuses_an_output_scale_that_stops_tflm() -> None:
    refused(binary.binary("ADD", scales=(1.0, 1.0, 2.0**-19)), "output's scale 1.90735e-06 is too small")
    binary.binary("ADD", scales=(1.0, 1.0, 2.0**-18))

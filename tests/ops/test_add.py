from tests.ops import binary
from tests.ops.single import refused


def test_refuses_an_output_scale_that_stops_tflm() -> None:
    refused(binary.binary("ADD", scales=(1.0, 1.0, 2.0**-19)), "output's scale 1.90735e-06 is too small")
    binary.binary("ADD", scales=(1.0, 1.0, 2.0**-18))

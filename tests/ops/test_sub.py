from tests.ops import binary
from tests.ops.single import activations, int16_zero_points, refused

# Differences beyond 32 bits are undefined in TFLM.
CASES = {
    "int8": binary.cases("SUB"),
    "int16": binary.int16_cases("SUB", zero_points=int16_zero_points),
    "int32": binary.plain_cases("SUB", "int32", activation=activations, most=2**30 - 1),
}
SMALL = (
    lambda _: binary.binary("SUB", types=("int16",) * 3),
    lambda _: binary.binary("SUB", shapes=((2, 3), (1, 3))),
    lambda _: binary.binary("SUB", types=("int32",) * 3, scales=binary.NO_SCALES),
)
GROWS_ON = ("int8", "int16")
grow = binary.grow("SUB")


def test_refuses_an_output_scale_that_stops_tflm() -> None:
    refused(binary.binary("SUB", scales=(1.0, 1.0, 2.0**-19)), "output's scale 1.90735e-06 is too small")
    model = binary.binary("SUB", types=("int16",) * 3, scales=(1.0, 1.0, 2.0**-14))
    refused(model, "output's scale 6.10352e-05 is too small")

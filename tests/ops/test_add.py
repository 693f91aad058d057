from tests.ops import binary
from tests.ops.single import int16_zero_points, refused

# Sums beyond 32 bits are undefined in TFLM.
CASES = {
    "int8": binary.cases("ADD"),
    "int16": binary.int16_cases("ADD", zero_points=int16_zero_points),
    "int32": binary.plain_cases("ADD", "int32", most=2**30 - 1),
}
SMALL = (
    lambda _: binary.binary("ADD", types=("int16",) * 3),
    lambda _: binary.binary("ADD", shapes=((2, 3), (1, 3))),
    lambda _: binary.binary("ADD", types=("int32",) * 3, scales=binary.NO_SCALES),
)
GROWS_ON = ("int8", "int16")
grow = binary.grow("ADD")


def test_refuses_an_output_scale_that_stops_tflm() -> None:
    refused(binary.binary("ADD", scales=(1.0, 1.0, 2.0**-19)), "output's scale 1.90735e-06 is too small")
    model = binary.binary("ADD", types=("int16",) * 3, scales=(1.0, 1.0, 2.0**-14))
    refused(model, "output's scale 6.10352e-05 is too small")
    binary.binary("ADD", scales=(1.0, 1.0, 2.0**-18))


def test_refuses_an_activation_that_tflm_leaves_out() -> None:
    model = binary.binary("ADD", types=("int32",) * 3, scales=binary.NO_SCALES, activation=1)
    refused(model, "adds int32 with a fused activation")

from tests.ops import binary, comparisons
from tests.ops.single import refused

CASES = comparisons.cases("GREATER", "int32", "int64")
SMALL = comparisons.small("GREATER")
grow = comparisons.grow("GREATER")


def test_refuses_int16_which_tflm_compares_with_scales_that_it_never_sets() -> None:
    model = binary.binary("GREATER", types=("int16", "int16", "bool"), scales=(0.1, 0.2, None), activation=None)
    refused(model, "input 0 is int16; supported: int8, int32, int64")

from tests.ops import comparisons

CASES = comparisons.cases("LESS", "int32")
SMALL = comparisons.small("LESS")
grow = comparisons.grow("LESS")

from tests.ops import comparisons

CASES = comparisons.cases("LESS", "int32", "int64")
SMALL = comparisons.small("LESS")
grow = comparisons.grow("LESS")

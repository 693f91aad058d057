from tests.ops import comparisons

CASES = comparisons.cases("LESS_EQUAL", "int32", "int64")
SMALL = comparisons.small("LESS_EQUAL")
grow = comparisons.grow("LESS_EQUAL")

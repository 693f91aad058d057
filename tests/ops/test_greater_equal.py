from tests.ops import comparisons

CASES = comparisons.cases("GREATER_EQUAL", "int32", "int64")
SMALL = comparisons.small("GREATER_EQUAL")
grow = comparisons.grow("GREATER_EQUAL")

from tests.ops import comparisons

CASES = comparisons.cases("NOT_EQUAL", "bool", "int32", "int64")
SMALL = comparisons.small("NOT_EQUAL")
grow = comparisons.grow("NOT_EQUAL")

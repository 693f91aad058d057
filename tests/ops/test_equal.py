from tests.ops import comparisons

CASES = comparisons.cases("EQUAL", "bool", "int32", "int64")
SMALL = comparisons.small("EQUAL")
grow = comparisons.grow("EQUAL")

from tests.ops import comparisons

CASES = comparisons.cases("EQUAL", "bool", "int32")
SMALL = comparisons.small("EQUAL")
grow = comparisons.grow("EQUAL")

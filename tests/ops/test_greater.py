from tests.ops import comparisons

CASES = comparisons.cases("GREATER", "int32")
SMALL = comparisons.small("GREATER")
grow = comparisons.grow("GREATER")

from tests.ops import binary

CASES = {"bool": binary.plain_cases("LOGICAL_AND", "bool")}
SMALL = (lambda _: binary.binary("LOGICAL_AND", types=("bool",) * 3, scales=binary.NO_SCALES, activation=None),)
GROWS_ON = ("bool",)
grow = binary.grow("LOGICAL_AND", output="bool", activation=False)

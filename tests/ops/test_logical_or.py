from tests.ops import binary

CASES = {"bool": binary.plain_cases("LOGICAL_OR", "bool")}
SMALL = (lambda _: binary.binary("LOGICAL_OR", types=("bool",) * 3, scales=binary.NO_SCALES, activation=None),)
GROWS_ON = ("bool",)
grow = binary.grow("LOGICAL_OR", output="bool", activation=False)

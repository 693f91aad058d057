from tests.ops import binary

CASES = {type: binary.plain_cases("MAXIMUM", type) for type in ("int8", "int16", "int32", "int64")}
SMALL = (
    lambda _: binary.binary("MAXIMUM", shapes=((2, 3), (1, 3)), activation=None),
    lambda _: binary.binary("MAXIMUM", types=("int16",) * 3, scales=binary.NO_SCALES, activation=None),
    lambda _: binary.binary("MAXIMUM", types=("int32",) * 3, scales=binary.NO_SCALES, activation=None),
    lambda _: binary.binary("MAXIMUM", types=("int64",) * 3, scales=binary.NO_SCALES, activation=None),
)
GROWS_ON = ("int8", "int16")
grow = binary.grow("MAXIMUM", activation=False)

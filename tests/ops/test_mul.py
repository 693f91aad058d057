from tests.ops import binary
from tests.ops.single import activations

CASES = {
    "int8": binary.cases("MUL"),
    "int32": binary.plain_cases("MUL", "int32", activation=activations),
}
SMALL = (
    lambda _: binary.binary("MUL", shapes=((2, 3), (1, 3))),
    lambda _: binary.binary("MUL", types=("int32",) * 3, scales=binary.NO_SCALES),
)
grow = binary.grow("MUL")

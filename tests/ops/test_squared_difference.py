from hypothesis import strategies as st

from tests.ops import binary

# Squares beyond 32 bits are undefined in TFLM.
CASES = {
    "int8": binary.cases("SQUARED_DIFFERENCE", activation=st.none()),
    "int32": binary.plain_cases("SQUARED_DIFFERENCE", "int32", most=2**14),
}
SMALL = (
    lambda _: binary.binary("SQUARED_DIFFERENCE", shapes=((2, 3), (1, 3)), activation=None),
    lambda _: binary.binary("SQUARED_DIFFERENCE", types=("int32",) * 3, scales=binary.NO_SCALES, activation=None),
)
grow = binary.grow("SQUARED_DIFFERENCE", activation=False)

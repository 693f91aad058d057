import numpy as np
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import binary
from tests.ops.single import refused, zero_points

_INT16 = ("int16", "int8", "int16")
CASES = {
    "int8": binary.cases("PRELU", activation=st.none()),
    "int16": binary.int16_cases("PRELU", st.none(), zero_points, "int8"),
}
SMALL = (
    lambda _: binary.binary("PRELU", shapes=((2, 3), (1, 3)), activation=None),
    lambda _: binary.binary("PRELU", shapes=((2, 3), (1, 3)), types=_INT16, activation=None),
)
GROWS_ON = ("int8", "int16")
_grow = binary.grow("PRELU", activation=False)


def grow(composer: Composer, x: Made) -> None:
    if x.type == "int8":
        _grow(composer, x)
        return
    alpha = composer.model.tensor(
        [x.shape[-1]], scale=0.01, data=composer.values.integers(-128, 128, x.shape[-1]).astype(np.int8)
    )
    composer.add("PRELU", [x.index, alpha], composer.tensor(x.shape, type="int16"))


def test_refuses_factors_that_tflm_leaves_undefined() -> None:
    refused(binary.binary("PRELU", scales=(1.0, 1.0, 2.0**-31), activation=None), "factor of 2.14748e+09")
    refused(binary.binary("PRELU", scales=(1.0, 2.0**31, 1.0), activation=None), "factor of 2.14748e+09")


def test_refuses_an_int16_alpha() -> None:
    refused(binary.binary("PRELU", types=("int16",) * 3, activation=None), "input 1 is int16; supported: int8")

from typing import Any

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, agrees, generators, refused, scales, zero_points


@st.composite
def cases(draw: st.DrawFn) -> Case:
    point, scale = draw(zero_points), draw(scales(2.0**-8, 1.0) | scales(2.0**-28, 2.0**20))
    return unary.every("TANH", scales=(scale, 1 / 128), zero_points=(point, 0))


@st.composite
def int16_cases(draw: st.DrawFn) -> Case:
    scale = draw(st.sampled_from([2.0**-12, 2.0**-11]) | scales(2.0**-16, 2.0**-8) | scales(1e-13, 5.3))
    assume(all(not 6.8e-4 < abs(scale * 2**power - 1) < 7.1e-4 for power in (11, 12)))  # it hangs on a logarithm
    form = {"types": ("int16", "int16"), "scales": (scale, 2.0**-15), "zero_points": (0, 0)}
    return unary.sampled(draw(generators), "TANH", draw(st.integers(2, 400)), **form)


CASES = {"int8": cases(), "int16": int16_cases()}
_INT16: dict[str, Any] = {"types": ("int16", "int16"), "scales": (0.001, 2.0**-15), "zero_points": (0, 0)}
GROWS_ON = ("int8", "int16")
SMALL = (
    lambda _: unary.unary("TANH", shape=(20,), **_INT16),
    lambda _: unary.unary("TANH", scales=(0.1, 1 / 128), zero_points=(3, 0)),
)


def grow(composer: Composer, x: Made) -> None:
    if x.type == "int16":
        composer.add("TANH", [x.index], composer.quantized(x.shape, 2.0**-15, 0, "int16"))
        return
    composer.add("TANH", [x.index], composer.quantized(x.shape, 1 / 128, 0))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        *unary.REFUSED_SYMMETRIC,
        (_INT16 | {"scales": (0.001, 2.0**-14)}, ["output is int16 with the scale 6.10352e-05, not 1/32768"]),
        (_INT16 | {"scales": (5.4, 2.0**-15)}, ["input has the scale 5.4; 4e-14 to 5.3"]),
        (_INT16 | {"scales": (1e-14, 2.0**-15)}, ["input has the scale 1e-14"]),
        (_INT16 | {"scales": (1.00069 / 4096, 2.0**-15)}, ["may take for a power of two or not"]),
        ({"zero_points": (0, 1)}, ["output has the zero point 1, not 0"]),
        ({"zero_points": (0, 0), "scales": (2.0**-29, 1 / 128)}, ["scale 1.86265e-09"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("TANH", **{"zero_points": (1, 0)} | change), *words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "scale", [2.0**-12, 2.0**-11, 2.0**-12 * 1.0006, 2.0**-12 * 0.9992, 2.0**-10, 3e-4, 0.01, 5.0]
)
def test_every_int16_agrees_with_tflm(scale: float) -> None:
    form = _INT16 | {"scales": (scale, 2.0**-15)}
    agrees(unary.unary("TANH", shape=(65536,), **form), unary.EVERY_INT16)


def test_an_output_scale_near_the_only_one_agrees_with_tflm() -> None:
    for scale in (2.0**-15 * 1.0005, 2.0**-15 * 0.9995):
        model = unary.unary("TANH", shape=(256,), **_INT16 | {"scales": (0.001, scale)})
        agrees(model, np.arange(-128, 128).astype(np.int16) * 256)

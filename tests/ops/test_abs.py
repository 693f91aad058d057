import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, agrees, refused, scales, zero_points


@st.composite
def cases(draw: st.DrawFn) -> Case:
    pair = draw(st.tuples(scales(1e-6, 1e6), scales(1e-6, 1e6)) | scales().map(lambda s: (s, s)))
    assume(pair[0] / pair[1] < 2.0**29)  # beyond, TFLM shifts by more bits than an integer has
    return unary.every("ABS", scales=pair, zero_points=draw(st.tuples(zero_points, zero_points)))


CASES = {"int8": cases()}
SMALL = (lambda _: unary.unary("ABS"), lambda _: unary.unary("ABS", scales=(0.1, 0.07)))


def grow(composer: Composer, x: Made) -> None:
    composer.add("ABS", [x.index], composer.tensor(x.shape))


@pytest.mark.parametrize(
    ("change", "words"), [*unary.REFUSED, ({"scales": (1.0, 2.0**-31)}, ["factor of 2.14748e+09"])]
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("ABS", **change), *words)  # type: ignore[arg-type]


def test_scales_are_divided_as_64_bit_floats() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):  # results next to a tie, which a quotient of 32 bits often puts on its other side
        scale, value, steps = rng.uniform(0.01, 1), int(rng.integers(20, 127)), int(rng.integers(3, 120))
        output = scale * value / (steps + 0.5)
        agrees(unary.unary("ABS", scales=(scale, output), zero_points=(0, 0)), unary.EVERY_INT8)

import pytest
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, refused, scales, zero_points


@st.composite
def cases(draw: st.DrawFn) -> Case:
    point, scale = draw(zero_points), draw(scales(2.0**-8, 1.0) | scales(2.0**-28, 2.0**20))
    return unary.every("TANH", scales=(scale, 1 / 128), zero_points=(point, 0))


CASES = {"int8": cases()}
SMALL = (lambda _: unary.unary("TANH", scales=(0.1, 1 / 128), zero_points=(3, 0)),)


def grow(composer: Composer, x: Made) -> None:
    composer.add("TANH", [x.index], composer.quantized(x.shape, 1 / 128, 0))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        *unary.REFUSED,
        ({"zero_points": (0, 1)}, ["output has the zero point 1, not 0"]),
        ({"zero_points": (0, 0), "scales": (2.0**-29, 1 / 128)}, ["scale 1.86265e-09"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("TANH", **{"zero_points": (1, 0)} | change), *words)  # type: ignore[arg-type]

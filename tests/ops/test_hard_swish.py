import pytest
from hypothesis import assume
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, refused, scales, zero_points


@st.composite
def cases(draw: st.DrawFn) -> Case:
    pair = draw(st.tuples(scales(1e-3), scales(1e-3)) | st.tuples(scales(2.0**-20, 2.0**20), scales(1e-4, 1e4)))
    assume(2.0**-15 < pair[0] / 128 / pair[1] < 0.99)
    return unary.every("HARD_SWISH", scales=pair, zero_points=draw(st.tuples(zero_points, zero_points)))


CASES = {"int8": cases()}
SMALL = (lambda _: unary.unary("HARD_SWISH"),)


def grow(composer: Composer, x: Made) -> None:
    composer.add("HARD_SWISH", [x.index], composer.tensor(x.shape))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        *unary.REFUSED,
        ({"scales": (1.0, 2.0**-8)}, ["scale 1 and its output's 0.00390625 are out of range"]),
        ({"scales": (2.0**-24, 2.0**-24)}, ["out of range"]),
        ({"scales": (0.1, 1e6)}, ["out of range"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("HARD_SWISH", **change), *words)  # type: ignore[arg-type]

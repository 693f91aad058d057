import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, exact, examples, refused, scales, zero_points


@st.composite
def cases(draw: st.DrawFn) -> Case:
    pair = draw(st.tuples(scales(1e-4), scales(1e-4)) | st.tuples(scales(1e-6, 1e6), scales(1e-6, 1e6)))
    assume(255 * max(pair[0], 1) / pair[1] < 2.0**29)  # beyond, a float does not fit TFLM's integer
    return unary.every("ELU", scales=pair, zero_points=draw(st.tuples(zero_points, zero_points)))


CASES = {"int8": cases()}
SMALL = (lambda _: unary.unary("ELU"),)


def grow(composer: Composer, x: Made) -> None:
    composer.add("ELU", [x.index], composer.tensor(x.shape))


@examples
@given(CASES["int8"])
def test_agrees_with_tflm_on_every_value(drawn: Case) -> None:
    exact(drawn)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        *unary.REFUSED,
        ({"scales": (1.0, 1e-8)}, ["scale 1 and its output's 1e-08 are too far apart"]),
        ({"scales": (1e37, 1e-10)}, ["too far apart"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("ELU", **change), *words)  # type: ignore[arg-type]

from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import Case, case, generators, refused


def model(shape: tuple[int, ...] = (2, 3), **change: object) -> bytes:
    return unary.unary(
        "LOGICAL_NOT", **({"shape": shape, "types": ("bool", "bool"), "scales": (None, None)} | change)
    )  # type: ignore[arg-type]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    shape = tuple(draw(st.lists(st.integers(1, 5), max_size=4)))
    return case(model(shape), draw(generators), shape, type="bool")


CASES = {"bool": cases()}
SMALL = (lambda _: model(),)
GROWS_ON = ("bool",)


def grow(composer: Composer, x: Made) -> None:
    composer.add("LOGICAL_NOT", [x.index], composer.plain(x.shape, "bool"))


def test_refuses() -> None:
    refused(model(types=("int8", "bool")), "input is int8; supported: bool")
    refused(model(types=("bool", "int8")), "output is int8; supported: bool")
    refused(model(output=(3, 2)), "output has the shape [3, 2], not [2, 3]")

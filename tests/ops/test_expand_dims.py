import numpy as np
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import axes, int32s, moved, shapes
from tests.ops.renames import renamed
from tests.ops.single import Case, generators, refused
from tinyml import ops
from tinyml.graph import read

TYPES = ("int8", "int16", "float32")


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    shape = draw(shapes())
    axis = draw(axes(len(shape) + 1))
    at = axis % (len(shape) + 1)
    named = np.array(axis, np.int32).reshape(draw(st.sampled_from([(), (1,)])))
    return renamed(draw(generators), "EXPAND_DIMS", shape, (*shape[:at], 1, *shape[at:]), [named], {}, type_)


CASES = {type_: cases(type_) for type_ in TYPES}
SMALL = (lambda _: moved("EXPAND_DIMS", [(2, 3), int32s(1)], [(2, 1, 3)], {}),)


def grow(composer: Composer, x: Made) -> None:
    axis = composer.random.randint(0, len(x.shape))
    if len(x.shape) < 5:
        output = composer.tensor([*x.shape[:axis], 1, *x.shape[axis:]], like=x)
        composer.add("EXPAND_DIMS", [x.index, composer.int32s([axis])], output, {})


def test_is_an_alias() -> None:
    (lowered,) = ops.lower(read(SMALL[0](None)))
    assert lowered.calls == ()
    assert lowered.alias == 0


def test_refuses() -> None:
    def expand(axis: np.ndarray, output: tuple[int, ...] = (2, 1, 3), type_: str = "int8") -> bytes:
        return moved("EXPAND_DIMS", [(2, 3), axis], [output], {}, type_)

    refused(expand(int32s(3)), "axis is 3; there are 3")
    refused(expand(int32s(-4)), "axis is -4")
    refused(expand(int32s(1, 1)), "axes are [1, 1]")
    refused(expand(int32s(0)), "output has the shape [2, 1, 3], not [1, 2, 3]")
    refused(expand(np.array([1])), "axis is int64")
    refused(expand(int32s(1), type_="int32"), "input is int32")

from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops.moves import moved, shapes
from tests.ops.renames import renamed
from tests.ops.single import Case, generators, refused
from tinyml import ops
from tinyml.graph import read

TYPES = ("int8", "bool", "uint8", "int16", "int32", "int64", "float32")


@st.composite
def cases(draw: st.DrawFn) -> Case:
    kept = draw(shapes(3))
    shape = [n for size in kept for n in (*[1] * draw(st.integers(0, 1)), size)]
    ones = [i for i, n in enumerate(shape) if n == 1]
    named = draw(st.lists(st.sampled_from(ones), unique=True)) if ones else []
    if len(named or ones) == len(shape):  # a scalar cannot be reversed
        shape.append(2)
    left_out = named or ones
    output = tuple(n for i, n in enumerate(shape) if i not in left_out)
    axes = [i - len(shape) if draw(st.booleans()) else i for i in named]
    type_ = draw(st.sampled_from(TYPES))
    return renamed(draw(generators), "SQUEEZE", tuple(shape), output, (), {"squeezeDims": axes}, type_)


CASES = {"any": cases()}
SMALL = (lambda _: moved("SQUEEZE", [(1, 2, 1, 3)], [(2, 1, 3)], {"squeezeDims": [0]}),)


def grow(composer: Composer, x: Made) -> None:
    shape = [n for n in x.shape if n != 1]
    if shape:
        composer.add("SQUEEZE", [x.index], composer.tensor(shape, like=x), {})


def test_is_an_alias() -> None:
    (lowered,) = ops.lower(read(moved("SQUEEZE", [(1, 2, 1, 3)], [(2, 3)], {})))
    assert lowered.calls == ()
    assert lowered.alias == 0


def test_refuses() -> None:
    def squeeze(output: tuple[int, ...], *axes: int) -> bytes:
        return moved("SQUEEZE", [(1, 2, 1, 3)], [output], {"squeezeDims": list(axes)})

    refused(squeeze((1, 2, 3), 1), "leaves out dimensions [1] of the shape [1, 2, 1, 3]")
    refused(squeeze((2, 3), 4), "axis is 4")
    refused(squeeze((2, 3), 0), "output has the shape [2, 3], not [2, 1, 3]")
    refused(moved("SQUEEZE", [(1, 2)], [(2,)]), "options are missing")
    refused(moved("SQUEEZE", [(1, 2)], [(2,)], {}, output_type="uint8"), "output is uint8")

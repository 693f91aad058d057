import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import binary
from tests.ops.single import SAMPLES, Case, exact, examples, generators, refused, values
from tests.tflite import Builder

Shape = tuple[int, ...]


def model(
    *,
    shapes: tuple[Shape, Shape, Shape] = ((2, 3), (2, 3), (1, 3)),
    output: Shape | None = None,
    types: tuple[str, str, str, str] = ("bool", "int8", "int8", "int8"),
    constant: np.ndarray | None = None,
) -> bytes:
    """A model of SELECT_V2 on a condition and two inputs; `constant` is the last one's values where it is one."""
    b = Builder()
    form = {"scale": 0.1, "zero_point": 3}
    condition = b.tensor(shapes[0], types[0])
    x = b.tensor(shapes[1], types[1], **form)
    other = b.tensor(shapes[2], types[2], **form, data=constant)
    y = b.tensor(np.broadcast_shapes(*shapes) if output is None else output, types[3], **form)
    b.operator("SELECT_V2", [condition, x, other], [y], {})
    return b.build([condition, x] if constant is not None else [condition, x, other], [y])


@st.composite
def cases(draw: st.DrawFn, type: str) -> Case:
    rng = draw(generators)
    first, second = draw(binary.shape_pairs())
    shapes = (draw(st.sampled_from([(), first, second, np.broadcast_shapes(first, second)])), first, second)
    constant = values(rng, second, type) if draw(st.booleans()) else None
    types = ("bool", type, type)
    given = list(zip(shapes, types, strict=True))[: 2 if constant is not None else 3]
    samples = tuple(tuple(values(rng, *form) for form in given) for _ in range(SAMPLES))
    return Case(model(shapes=shapes, types=(*types, type), constant=constant), samples)


CASES = {type: cases(type) for type in ("int8", "int16")}
SMALL = (lambda _: model(), lambda _: model(types=("bool", "int16", "int16", "int16")))


def grow(composer: Composer, x: Made) -> None:
    """Compare x with one of its shape, and select from both."""
    other = composer.pick(lambda t: t.shape == x.shape and t.type == x.type)
    less = composer.plain(x.shape, "bool")
    composer.add("LESS", [x.index, other.index], less)
    composer.add("SELECT_V2", [less.index, x.index, other.index], composer.tensor(x.shape), {})


@pytest.mark.parametrize("type", sorted(CASES))
@settings(examples, max_examples=100)
@given(st.data())
def test_agrees_with_tflm(type: str, data: st.DataObject) -> None:
    exact(data.draw(CASES[type]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"types": ("int8", "int8", "int8", "int8")}, "condition is int8; supported: bool"),
        ({"types": ("bool", "int32", "int32", "int32")}, "input 1 is int32; supported: int8, int16"),
        ({"types": ("bool", "int8", "int16", "int8")}, "input 2 is int16; supported: int8"),
        ({"types": ("bool", "int8", "int8", "int16")}, "output is int16; supported: int8"),
        ({"shapes": ((2,), (2, 3), (2, 3)), "output": (2, 3)}, "[2, 3] and [2, 3] and [2] do not broadcast"),
        ({"output": (3, 2)}, "output of shape [3, 2]"),
    ],
)
def test_refuses(change: dict[str, object], words: str) -> None:
    refused(model(**change), words)  # type: ignore[arg-type]

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import MOST_ELEMENTS, Composer, Made
from tests.ops.moves import few
from tests.ops.single import Case, case, exact, examples, generators, refused, values
from tests.tflite import Builder


def concatenation(
    shapes: tuple[tuple[int, ...], ...] = ((2, 3), (2, 4)),
    axis: int = 1,
    *,
    activation: int = 0,
    scales: tuple[float, float] = (0.1, 0.1),
    zero_points: tuple[int, int] = (3, 3),
    output: tuple[int, ...] | None = None,
    constant: np.ndarray | None = None,
    options: bool = True,
    type: str = "int8",
) -> bytes:
    """A model of one CONCATENATION; `constant` is the last input's values where it is no input of the model."""
    b = Builder()
    if output is None:
        output = np.concatenate([np.zeros(shape) for shape in shapes], axis).shape
    quantized = type in ("int8", "int16")

    def add(shape: tuple[int, ...], end: int, data: np.ndarray | None = None) -> int:
        return b.tensor(shape, type, scales[end] if quantized else None, zero_points[end], data=data)

    sources = [add(shape, 0) for shape in shapes[:-1]]
    inputs = [*sources, add(shapes[-1], 0, constant)]
    y = add(output, 1)
    settings = {"axis": axis, "fusedActivationFunction": activation}
    b.operator("CONCATENATION", inputs, [y], settings if options else None)
    return b.build(inputs if constant is None else sources, [y])


@st.composite
def parts(draw: st.DrawFn) -> tuple[tuple[tuple[int, ...], ...], int]:
    """Shapes that differ along one axis only, and that axis, counted from either end."""
    shape = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    axis = draw(st.integers(0, len(shape) - 1))
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=10))
    shapes = tuple((*shape[:axis], n, *shape[axis + 1 :]) for n in sizes)
    return shapes, draw(st.sampled_from([axis, axis - len(shape)]))


@st.composite
def cases(draw: st.DrawFn, type_: str) -> Case:
    rng = draw(generators)
    shapes, axis = draw(parts())
    constant = values(rng, shapes[-1], type_) if draw(st.booleans()) else None
    same = (0, 0) if type_ == "int16" else (3, 3)
    model = concatenation(shapes, axis, constant=constant, zero_points=same, type=type_)
    return case(model, rng, *(shapes if constant is None else shapes[:-1]), type=type_)


CASES = {type_: cases(type_) for type_ in ("int8", "bool", "int16", "int32", "int64", "float32")}
SMALL = (lambda _: concatenation(), lambda _: concatenation(type="int32"))


def grow(composer: Composer, x: Made) -> None:
    """Join tensors of one shape and quantization, often x with itself."""

    def joins(t: Made) -> bool:
        return (t.shape, t.scale, t.zero_point, t.type) == (x.shape, x.scale, x.zero_point, x.type)

    axis = composer.random.randrange(len(x.shape))
    joined = [x, *(composer.pick(joins) for _ in range(composer.random.randint(1, 2)))]
    shape = [n * len(joined) if i == axis else n for i, n in enumerate(x.shape)]
    if math.prod(shape) <= MOST_ELEMENTS:
        options = {"axis": axis, "fusedActivationFunction": 0}
        composer.add("CONCATENATION", [part.index for part in joined], composer.tensor(shape, like=x), options)


@pytest.mark.parametrize("type_", CASES)
def test_agrees_with_tflm(type_: str) -> None:
    @(examples if type_ == "int8" else few)
    @given(CASES[type_])
    def each(drawn: Case) -> None:
        exact(drawn)

    each()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"axis": 2, "output": (2, 7)}, ["axis is 2; the output has 2 dimensions"]),
        ({"axis": -3, "output": (2, 7)}, ["axis is -3"]),
        ({"output": (2, 8)}, ["7 elements along dimension 1", "8"]),
        ({"shapes": ((2, 3), (3, 4)), "output": (2, 7)}, ["input 1 of shape [3, 4]"]),
        ({"shapes": ((2, 3), (2, 4, 1)), "output": (2, 7)}, ["input 1 of shape [2, 4, 1]"]),
        ({"shapes": ((1, 1),) * 11}, ["11 inputs"]),
        ({"activation": 1}, ["activation has the code 1"]),
        ({"scales": (0.1, 0.2)}, ["scale 0.1", "0.2", "must be the same"]),
        ({"zero_points": (3, 4)}, ["zero point 3", "must be the same"]),
        ({"zero_points": (0, 4), "type": "int16"}, ["zero point 4, not 0"]),
        ({"type": "uint8"}, ["output is uint8"]),
        ({"options": False}, ["options are missing"]),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(concatenation(**change), *words)

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import MOST_ELEMENTS, Composer, Made
from tests.ops.single import (
    Case,
    agrees,
    case,
    exact,
    examples,
    factors,
    generators,
    refused,
    scales,
    values,
    zero_points,
)
from tests.tflite import Builder


def batch_matmul(
    *,
    shapes: tuple[tuple[int, ...], tuple[int, ...]] = ((2, 3, 4), (2, 4, 5)),
    transposed: tuple[bool, bool] | None = (False, False),
    output: tuple[int, ...] = (2, 3, 5),
    constant: np.ndarray | None = None,
    zero_points: tuple[int, int, int] = (1, -2, 3),
    scales: tuple[float, float] = (0.05, 0.04),
    factor: float = 0.01,
    types: tuple[str, str] = ("int8", "int8"),
) -> bytes:
    """A model of one BATCH_MATMUL; `constant` is the second input's values where it is no input of the model."""
    b = Builder()
    a = b.tensor(shapes[0], types[0], scales[0], zero_points[0])
    c = b.tensor(shapes[1], types[1], scales[1], zero_points[1], data=constant)
    y = b.tensor(output, types[0], scales[0] * scales[1] / factor, zero_points[2])
    options = None if transposed is None else {"adjX": transposed[0], "adjY": transposed[1]}
    b.operator("BATCH_MATMUL", [a, c], [y], options)
    return b.build([a] if constant is not None else [a, c], [y])


@st.composite
def geometries(draw: st.DrawFn) -> dict[str, Any]:
    """Shapes of up to 5 dimensions whose batches broadcast, and which of the matrices are transposed."""
    rows, depth, columns = (draw(st.integers(1, 6)) for _ in range(3))
    transposed = draw(st.tuples(st.booleans(), st.booleans()))
    batches = draw(st.lists(st.integers(1, 3), max_size=3))
    pair = [[n if draw(st.booleans()) else 1 for n in batches] for _ in range(2)]
    short = draw(st.integers(0, 1))
    pair[short] = pair[short][draw(st.integers(0, len(pair[short]))) :]
    matrices = [(rows, depth), (depth, columns)]
    shapes = [(*part, *(m[::-1] if t else m)) for part, m, t in zip(pair, matrices, transposed, strict=True)]
    output = (*np.broadcast_shapes(*map(tuple, pair)), rows, columns)
    return {"shapes": tuple(shapes), "transposed": transposed, "output": output}


@st.composite
def cases(draw: st.DrawFn, type: str) -> Case:
    rng = draw(generators)
    geometry = draw(geometries())
    constant, wide = draw(st.booleans()), type == "int16"
    model = batch_matmul(
        **geometry,
        constant=values(rng, geometry["shapes"][1], type) if constant else None,
        zero_points=(0, 0, 0) if wide else draw(st.tuples(zero_points, zero_points, zero_points)),
        scales=draw(st.tuples(scales(1e-3), scales(1e-3))),
        factor=min(draw(factors()), 2.0**6) if wide else draw(factors()),
        types=(type, type),
    )
    return case(model, rng, *geometry["shapes"][: 1 if constant else 2], type=type)


INT16 = ("int16", "int16")
CASES = {"int8": cases("int8"), "int16": cases("int16")}
SMALL = (
    lambda _: batch_matmul(),
    lambda rng: batch_matmul(constant=values(rng, (2, 4, 5))),
    lambda _: batch_matmul(types=INT16, zero_points=(0, 0, 0)),
)


def grow(composer: Composer, x: Made) -> None:
    """Multiply x by itself, transposed, or by a constant matrix."""
    if len(x.shape) < 2:
        return
    *batches, rows, depth = x.shape
    if composer.random.random() < 0.5:
        second, columns, turned = x.index, rows, True
    else:
        columns, turned = composer.random.randint(1, 5), False
        second = composer.model.tensor(
            (depth, columns), scale=0.02, data=values(composer.values, (depth, columns))
        )
    shape = (*batches, rows, columns)
    if np.prod(shape) <= MOST_ELEMENTS:
        composer.add("BATCH_MATMUL", [x.index, second], composer.tensor(shape), {"adjX": False, "adjY": turned})


@pytest.mark.parametrize("type", sorted(CASES))
@examples
@given(data=st.data())
def test_agrees_with_tflm(type: str, data: st.DataObject) -> None:
    exact(data.draw(CASES[type]))


def test_missing_options_and_long_sums_agree_with_tflm() -> None:
    rng = np.random.default_rng(0)
    shapes = ((2, 700), (700, 3))
    model = batch_matmul(shapes=shapes, output=(2, 3), transposed=None)
    agrees(model, *(values(rng, shape) for shape in shapes))


def test_the_product_of_the_scales_has_64_bits() -> None:
    scale, half = float(np.float32(1 + 2**-12)), 0.5 / (1 + 2**-11)  # the product in 32 bits gives a factor of 0.5
    model = batch_matmul(
        shapes=((1, 1), (1, 1)),
        output=(1, 1),
        zero_points=(0, 0, 0),
        scales=(scale, scale),
        factor=scale * scale * half,
    )
    agrees(model, np.array([[1]], np.int8), np.array([[-1]], np.int8))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"types": ("int16", "int8")}, ["first input is int16"]),
        ({"types": ("int8", "int16")}, ["second input is int16"]),
        ({"shapes": ((4,), (4, 5)), "output": (5,)}, ["first input has the shape [4]; 2 to 5 dimensions"]),
        ({"shapes": ((1, 1, 1, 1, 3, 4), (4, 5))}, ["first input has the shape [1, 1, 1, 1, 3, 4]"]),
        ({"shapes": ((2, 3, 4), (2, 5, 4))}, ["[2, 3, 4] and [2, 5, 4] cannot be multiplied"]),
        ({"shapes": ((2, 3, 4), (3, 4, 5))}, ["cannot be multiplied"]),
        ({"output": (2, 5, 3)}, ["[2, 5, 3], not [2, 3, 5]"]),
        ({"output": (6, 5)}, ["[6, 5], not [2, 3, 5]"]),
        ({"zero_points": (0, -129, 0)}, ["second input has the zero point -129"]),
        ({"factor": 2.0**31}, ["factor of"]),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(batch_matmul(**change), *words)

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import oracle
from tests.composed import Composer, Made
from tests.ops.single import Case, agrees, case, exact, examples, generators, refused, scales, values, zero_points
from tests.tflite import Builder


def cumsum(
    shape: tuple[int, ...] = (2, 4, 3),
    axis: int = 1,
    *,
    exclusive: bool | None = False,
    reverse: bool = False,
    scales: tuple[float, float] = (0.05, 0.2),
    zero_points: tuple[int, int] = (0, 5),
    axis_type: str = "int32",
    axes: int = 1,
    constant_axis: bool = True,
    output: tuple[int, ...] | None = None,
) -> bytes:
    """A model of one CUMSUM."""
    b = Builder()
    x = b.tensor(shape, scale=scales[0], zero_point=zero_points[0])
    at = b.tensor((axes,), axis_type, data=np.full(axes, axis, axis_type) if constant_axis else None)
    y = b.tensor(shape if output is None else output, scale=scales[1], zero_point=zero_points[1])
    options = None if exclusive is None else {"exclusive": exclusive, "reverse": reverse}
    b.operator("CUMSUM", [x, at], [y], options)
    return b.build([x] if constant_axis else [x, at], [y])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rng = draw(generators)
    shape = tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=5)))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    if draw(st.integers(0, 4)) == 4:  # sums that leave 32 bits
        shape, axis = (2, 100, 2), 1
    model = cumsum(
        shape,
        axis,
        exclusive=draw(st.booleans()),
        reverse=draw(st.booleans()),
        scales=draw(st.tuples(scales(1e-3), scales(1e-3))),
        zero_points=(0, draw(zero_points)),
    )
    return case(model, rng, shape)


CASES = {"int8": cases()}
SMALL = (lambda _: cumsum(),)


def grow(composer: Composer, x: Made) -> None:
    """Add the operator, behind a QUANTIZE where the zero point is not 0."""
    if x.zero_point != 0:
        moved = composer.quantized(x.shape, x.scale, 0)
        composer.add("QUANTIZE", [x.index], moved)
        x = moved
    axis = composer.random.randrange(len(x.shape))
    options = {"exclusive": composer.random.random() < 0.5, "reverse": composer.random.random() < 0.5}
    composer.add("CUMSUM", [x.index, composer.int32s([axis])], composer.tensor(x.shape), options)


@examples
@given(CASES["int8"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


@pytest.mark.parametrize("pair", [(2.0**19 * (1 - 2.0**-23), 1.0), (1e-6, 1e3)])
def test_scales_far_apart_agree_with_tflm(pair: tuple[float, float]) -> None:
    agrees(cumsum(scales=pair), values(np.random.default_rng(0), (2, 4, 3)))


def test_missing_options_agree_with_tflm() -> None:
    agrees(cumsum(exclusive=None), values(np.random.default_rng(0), (2, 4, 3)))


def test_tflm_begins_a_sum_with_minus_the_zero_point() -> None:
    model = cumsum((3,), 0, exclusive=True, scales=(1.0, 1.0), zero_points=(10, 10))
    (found,) = oracle.run(model, [np.full(3, 10, np.int8)])  # real zeros
    assert found.tolist() == [0, 0, 0]  # real -10
    refused(model, "zero point 10", "TFLM's sums are wrong")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"axis": 3}, ["axis is 3; the input has 3 dimensions"]),
        ({"axis_type": "int64"}, ["axis is int64"]),
        ({"axes": 2}, ["axis has 2 elements"]),
        ({"constant_axis": False}, ["axis (tensor 1) must be a constant"]),
        ({"shape": (), "axis": 0}, ["axis is 0; the input has 0 dimensions"]),
        ({"output": (2, 3, 4)}, ["[2, 3, 4], not [2, 4, 3]"]),
        ({"scales": (2.0**19, 1.0)}, ["factor of 524288", "below 2^19"]),
        ({"zero_points": (0, 128)}, ["zero point 128"]),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(cumsum(**change), *words)

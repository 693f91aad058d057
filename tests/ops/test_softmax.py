from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import unary
from tests.ops.single import (
    Case,
    agrees,
    case,
    exact,
    examples,
    generators,
    refused,
    scales,
    seeds,
    values,
    zero_points,
)
from tinyml.ops.softmax import differences, exponentials, scaling


def softmax(
    shape: tuple[int, ...] = (2, 10),
    scale: float = 0.1,
    beta: float | None = 1.0,
    output_scale: float = 1 / 256,
    zero_points: tuple[int, int] = (0, -128),
    output: tuple[int, ...] | None = None,
    types: tuple[str, str] = ("int8", "int8"),
) -> bytes:
    """A model of one SOFTMAX."""
    options = None if beta is None else {"beta": beta}
    return unary.unary(
        "SOFTMAX",
        shape=shape,
        output=output,
        types=types,
        scales=(scale, output_scale),
        zero_points=zero_points,
        options=options,
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rng = draw(generators)
    shape = (*draw(st.lists(st.integers(1, 3), max_size=3)), draw(st.integers(1, 30) | st.just(511)))
    scale, beta = draw(scales(2.0**-26, 2.0**10)), draw(st.sampled_from([1.0, 1.0, 0.5, 3.0]))
    assume(scale * beta > 2.0**-26)  # where it is not, TFLM stops the program
    return case(softmax(shape, scale, beta, zero_points=(draw(zero_points), -128)), rng, shape)


_shapes = st.tuples(st.lists(st.integers(1, 3), max_size=3), st.integers(1, 30)).map(lambda t: (*t[0], t[1]))


@st.composite
def to_int16_cases(draw: st.DrawFn) -> Case:
    rng = draw(generators)
    shape = draw(_shapes | st.just((4095,)))
    scale, beta = draw(scales(2.0**-26, 2.0**10)), draw(st.sampled_from([1.0, 1.0, 0.5, 3.0]))
    assume(scale * beta > 2.0**-26)  # where it is not, TFLM stops the program
    return case(softmax(shape, scale, beta, **TO_INT16 | {"zero_points": (draw(zero_points), -32768)}), rng, shape)


@st.composite
def int16_cases(draw: st.DrawFn) -> Case:
    rng = draw(generators)
    shape = draw(_shapes | st.just((1000,)))
    scale, beta = draw(scales(1e-12, 4) | scales(1e-5, 1e-2)), draw(st.sampled_from([1.0, 1.0, 0.5, 3.0, 0.0]))
    assume(scale * beta < 4.9)  # beyond, TFLM shifts by more bits than an integer has
    model = softmax(shape, scale, beta, **INT16)
    rows = [values(rng, shape, "int16"), rng.normal(0, min(3 / scale, 9000), shape).astype(np.int16)]
    return Case(model, tuple((x,) for x in rows))


INT16: dict[str, Any] = {"types": ("int16", "int16"), "output_scale": 2.0**-15, "zero_points": (0, 0)}
TO_INT16: dict[str, Any] = {"types": ("int8", "int16"), "output_scale": 2.0**-16, "zero_points": (0, -32768)}
CASES = {"int8": cases(), "int8->int16": to_int16_cases(), "int16": int16_cases()}
SMALL = (
    lambda _: softmax(),
    lambda _: softmax(scale=0.001, **INT16),
    lambda _: softmax(**TO_INT16),
)
GROWS_ON = ("int8", "int16")


def grow(composer: Composer, x: Made) -> None:
    if x.type == "int16" or composer.random.random() < 0.3:
        steps, point = (15, 0) if x.type == "int16" else (16, -32768)
        output = composer.quantized(x.shape, 2.0**-steps, point, "int16")
        composer.add("SOFTMAX", [x.index], output, {"beta": 1.0})
        return
    composer.add("SOFTMAX", [x.index], composer.quantized(x.shape, 1 / 256, -128), {"beta": 1.0})


@pytest.mark.parametrize("types", sorted(CASES))
@examples
@given(st.data())
def test_agrees_with_tflm(types: str, data: st.DataObject) -> None:
    exact(data.draw(CASES[types]))


@examples
@given(scales(1e-3, 1.0), seeds)
def test_close_values_agree_with_tflm(scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    agrees(
        softmax((8, 12), scale), (rng.integers(-128, 120, (8, 1)) + rng.integers(0, 8, (8, 12))).astype(np.int8)
    )


def test_the_table_ends_where_an_exponential_is_too_small() -> None:
    tables = [exponentials(differences(*scaling(scale, 1.0))) for scale in (1e-3, 4.0, 1e9)]
    assert [len(table) for table in tables] == [256, 4, 1]
    assert tables[2] == [2**31 - 1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shape": (1, 512)}, ["[1, 512]", "1 to 511 classes"]),
        ({"shape": ()}, ["shape []"]),
        ({"output_scale": 1 / 255}, ["scale 0.00392157", "not 1/256 and -128"]),
        ({"zero_points": (0, -127)}, ["zero point -127"]),
        ({"beta": None}, ["options are missing"]),
        ({"beta": 0.0}, ["scale × beta is 0"]),
        ({"beta": -1.0}, ["scale × beta is -0.1"]),
        ({"beta": float("nan")}, ["scale × beta is nan"]),
        ({"beta": float("inf")}, ["scale × beta is inf"]),
        ({"scale": 2.0**-26}, ["more than 2^-26"]),
        ({"output": (20,)}, ["[20], not [2, 10]"]),
        (TO_INT16 | {"shape": (1, 4096)}, ["[1, 4096]", "1 to 4095 classes"]),
        (TO_INT16 | {"output_scale": 1 / 65000}, ["not 1/65536 and -32768"]),
        (TO_INT16 | {"zero_points": (0, 0)}, ["zero point 0, not 1/65536 and -32768"]),
        (INT16 | {"shape": (1, (1 << 16) + 1)}, ["1 to 65536 classes"]),
        (INT16 | {"output_scale": 1 / 32000}, ["not 1/32768 and 0"]),
        (INT16 | {"zero_points": (1, 0)}, ["input is int16 with the zero point 1"]),
        (INT16 | {"beta": -1.0}, ["factor of -655.35"]),
        (INT16 | {"beta": float("nan")}, ["factor of nan"]),
        (INT16 | {"scale": 5.1}, ["scale × beta is 5.1; below 5"]),
        ({"types": ("int16", "int8")}, ["output is int8; supported: int16"]),
        ({"types": ("int32", "int32")}, ["input is int32; supported: int8"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(softmax(**change), *words)  # type: ignore[arg-type]


def test_large_int16_rows_agree_with_tflm() -> None:
    rng = np.random.default_rng(0)
    for depth, scale in ((65536, 1e-6), (40000, 1e-4), (300, 1e-3)):
        agrees(softmax((1, depth), scale, **INT16), rng.integers(-32768, 32768, (1, depth)).astype(np.int16))

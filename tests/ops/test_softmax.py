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
    zero_points,
)
from tests.tflite import Builder
from tinyml.ops.softmax import differences, exponentials, scaling


def softmax(
    shape: tuple[int, ...] = (2, 10),
    scale: float = 0.1,
    beta: float | None = 1.0,
    output_scale: float = 1 / 256,
    zero_points: tuple[int, int] = (0, -128),
    output: tuple[int, ...] | None = None,
) -> bytes:
    """A model of one SOFTMAX."""
    options = None if beta is None else {"beta": beta}
    return unary.unary(
        "SOFTMAX",
        shape=shape,
        output=output,
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


CASES = {"int8": cases()}
SMALL = (lambda _: softmax(),)


def grow(composer: Composer, x: Made) -> None:
    composer.add("SOFTMAX", [x.index], composer.quantized(x.shape, 1 / 256, -128), {"beta": 1.0})


@examples
@given(CASES["int8"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


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
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(softmax(**change), *words)  # type: ignore[arg-type]


def test_refuses_other_types() -> None:
    b = Builder()
    x, y = b.tensor((2, 3), "int8", 0.1), b.tensor((2, 3), "int16", 1 / 32768)
    b.operator("SOFTMAX", [x], [y], {"beta": 1.0})
    refused(b.build([x], [y]), "output is int16")

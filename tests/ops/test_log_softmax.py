import numpy as np
import pytest
from hypothesis import given
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


def log_softmax(
    shape: tuple[int, ...] = (2, 10),
    scale: float = 0.1,
    output_scale: float = 1 / 16,
    zero_points: tuple[int, int] = (0, 127),
    output: tuple[int, ...] | None = None,
) -> bytes:
    """A model of one LOG_SOFTMAX."""
    return unary.unary(
        "LOG_SOFTMAX",
        shape=shape,
        output=output,
        scales=(scale, output_scale),
        zero_points=zero_points,
        options={},
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rng = draw(generators)
    shape = (*draw(st.lists(st.integers(1, 3), max_size=3)), draw(st.integers(1, 30) | st.just(700)))
    scale = draw(scales(1e-3, 4.0) | scales(2.0**-26 * (1 + 2**-20), 2.0**10))
    return case(log_softmax(shape, scale, zero_points=(draw(zero_points), 127)), rng, shape)


CASES = {"int8": cases()}
SMALL = (lambda _: log_softmax(),)


def grow(composer: Composer, x: Made) -> None:
    composer.add("LOG_SOFTMAX", [x.index], composer.quantized(x.shape, 1 / 16, 127), {})


@examples
@given(CASES["int8"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


@examples
@given(scales(1e-3, 1.0), seeds)
def test_close_values_agree_with_tflm(scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    close = rng.integers(-128, 120, (8, 1)) + rng.integers(0, 8, (8, 12))
    agrees(log_softmax((8, 12), scale), close.astype(np.int8))


def test_the_most_classes_agree_with_tflm() -> None:
    agrees(log_softmax((1, 4095), 1e-4), np.zeros((1, 4095), np.int8))


@pytest.mark.parametrize("scale", [2.0**-26 * (1 + 2**-23), 2.0**-25, 1.0, 2.0**40])
def test_scales_at_the_ends_agree_with_tflm(scale: float) -> None:
    agrees(log_softmax(scale=scale), values(np.random.default_rng(0), (2, 10)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shape": (1, 4096)}, ["[1, 4096]", "1 to 4095 classes"]),
        ({"shape": ()}, ["shape []"]),
        ({"output_scale": 1 / 15}, ["scale 0.0666667", "not 1/16 and 127"]),
        ({"zero_points": (0, 126)}, ["zero point 126"]),
        ({"scale": 2.0**-26}, ["more than 2^-26"]),
        ({"output": (20,)}, ["[20], not [2, 10]"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(log_softmax(**change), *words)  # type: ignore[arg-type]

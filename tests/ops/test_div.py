import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import binary
from tests.ops.single import (
    SAMPLES,
    Case,
    activations,
    agrees,
    exact,
    examples,
    generators,
    refused,
    scales,
    zero_points,
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """No divisor is 0, and the output's scale is small for the largest one: all else is undefined in TFLM."""
    rng = draw(generators)
    shapes = draw(binary.shape_pairs())
    constant = draw(st.booleans())
    points = draw(st.tuples(zero_points, zero_points, zero_points))

    def divisors() -> np.ndarray:
        found = rng.integers(-128, 128, shapes[1]).astype(np.int8)
        return np.where(found == points[1], found + (1 if points[1] < 127 else -1), found).astype(np.int8)

    fixed = divisors() if constant else None
    most = 255 if fixed is None else int(np.abs(fixed.astype(int) - points[1]).max())
    first, second = draw(scales(1e-3)), draw(scales(1e-3))
    ratio = 2.0 ** draw(st.floats(most.bit_length() - 1, 12) | st.floats(most.bit_length() - 1, 22))
    model = binary.binary(
        "DIV",
        shapes=shapes,
        constant=fixed,
        activation=draw(activations),
        zero_points=points,
        scales=(first, second, first / second / ratio),
    )
    given_ = [lambda: rng.integers(-128, 128, shapes[0]).astype(np.int8), divisors][: 1 if constant else 2]
    return Case(model, tuple(tuple(each() for each in given_) for _ in range(SAMPLES)))


CASES = {"int8": cases()}
SMALL = (
    lambda _: binary.binary("DIV", shapes=((2, 3), (1, 3)), scales=(0.1, 0.1, 0.01)),
    lambda _: binary.binary(
        "DIV", constant=np.arange(1, 7).astype(np.int8), scales=(0.1, 0.1, 0.1), zero_points=(0, 0, 0)
    ),
)


def grow(composer: Composer, x: Made) -> None:
    constant = composer.values.integers(1, 8, x.shape[-1]).astype(np.int8)
    divisor = composer.model.tensor([x.shape[-1]], scale=0.5, data=constant)
    output = composer.quantized(x.shape, float(np.float32(x.scale / 8)), composer.random.randint(-128, 127))
    composer.add("DIV", [x.index, divisor], output, {"fusedActivationFunction": composer.random.choice([0, 1])})


@examples
@given(CASES["int8"])
def test_agrees_with_tflm(drawn: Case) -> None:
    exact(drawn)


def test_every_quotient_agrees_with_tflm() -> None:
    numbers, divisors = np.meshgrid(np.arange(-128, 128), np.r_[-128:-1, 0:128])
    rng = np.random.default_rng(0)
    for _ in range(20):
        scales_ = tuple(float(np.float32(x)) for x in rng.uniform(0.01, 1, 2))
        output = float(np.float32(scales_[0] / scales_[1] / rng.uniform(64, 300)))
        model = binary.binary(
            "DIV", shapes=(numbers.shape, numbers.shape), scales=(*scales_, output), zero_points=(3, -1, 5)
        )
        agrees(model, numbers.astype(np.int8), divisors.astype(np.int8))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"scales": (0.1, 0.1, 0.1)},
            ["divisors are up to 129 steps", "is 10; TFLM divides rightly from 64 to 8388608"],
        ),
        ({"scales": (1.0, 1.0, 1e-8)}, ["is 1e+08"]),
        ({"constant": np.array([[-2, 1, 1]] * 2, np.int8)}, ["divisor is 0 somewhere"]),
        ({"constant": np.full((2, 3), 62, np.int8), "scales": (0.1, 0.1, 0.1)}, ["up to 64 steps"]),
        ({"types": ("int16",) * 3}, ["input 0 is int16; supported: int8"]),
        ({"activation": 4}, ["activation has the code 4"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    form = {"scales": (0.1, 0.1, 0.01)} | change
    refused(binary.binary("DIV", **form), *words)  # type: ignore[arg-type]

import numpy as np
import pytest
from hypothesis import given

from tests.ops import pools
from tests.ops.single import activations, agrees, examples, refused, scales, seeds, values, zero_points

NAME = "AVERAGE_POOL_2D"


@examples
@given(pools.geometries(), activations, zero_points, scales(), seeds)
def test_agrees_with_tflm(geometry: pools.Geometry, activation: int, point: int, scale: float, seed: int) -> None:
    model = pools.pool(NAME, **geometry, activation=activation, zero_point=point, scale=scale)
    agrees(model, values(np.random.default_rng(seed), geometry["image"]))


@pytest.mark.parametrize(("change", "words"), pools.REFUSED)
def test_refuses(change: pools.Geometry, words: list[str]) -> None:
    refused(pools.pool(NAME, **change), *words)


def test_refuses_a_window_whose_sum_may_not_fit() -> None:
    image = (1, 1 << 12, 1 << 12, 1)
    refused(
        pools.pool(NAME, image=image, taps=image[1:3], output=(1, 1, 1, 1), padding=1), f"covers {1 << 24} pixels"
    )

import pytest
from hypothesis import given

from tests.ops import unary
from tests.ops.single import agrees, examples, refused, scales, zero_points


@examples
@given(scales(1e-6, 1e6), zero_points)
def test_agrees_with_tflm_on_every_value(scale: float, point: int) -> None:
    agrees(unary.unary("RELU6", scales=(scale, scale), zero_points=(point, point)), unary.EVERY_INT8)


@pytest.mark.parametrize(
    ("change", "words"), [*unary.REFUSED, ({"scales": (1e-12, 1e-12)}, ["scale 1e-12 is too small"])]
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("RELU6", **change), *words)  # type: ignore[arg-type]

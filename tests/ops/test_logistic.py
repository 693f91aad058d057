import pytest
from hypothesis import given

from tests.ops import unary
from tests.ops.single import agrees, examples, refused, scales, zero_points


@examples
@given(scales(2.0**-28, 2.0**20), zero_points)
def test_agrees_with_tflm_on_every_value(scale: float, point: int) -> None:
    model = unary.unary("LOGISTIC", scales=(scale, 1 / 256), zero_points=(point, -128))
    agrees(model, unary.EVERY_INT8)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        *unary.REFUSED,
        ({"zero_points": (0, -127)}, ["output has the zero point -127, not -128"]),
        ({"zero_points": (0, -128), "scales": (2.0**-29, 1 / 256)}, ["scale 1.86265e-09"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("LOGISTIC", **change), *words)  # type: ignore[arg-type]

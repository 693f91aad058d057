import pytest
from hypothesis import given

from tests.ops import unary
from tests.ops.single import agrees, examples, refused, scales, zero_points


@examples
@given(scales(1e-37, 1e36), zero_points)
def test_agrees_with_tflm_on_every_value(scale: float, point: int) -> None:
    model = unary.unary("DEQUANTIZE", types=("int8", "float32"), scales=(scale, None), zero_points=(point, 0))
    agrees(model, unary.EVERY_INT8)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"types": ("int16", "float32")}, ["input is int16"]),
        ({"types": ("int8", "int8")}, ["output is int8"]),
        ({"types": ("int8", "float32"), "output": (16, 16)}, ["[16, 16], not [256]"]),
        ({"types": ("int8", "float32"), "zero_points": (128, 0)}, ["zero point 128"]),
    ],
)
def test_refuses(change: dict[str, object], words: list[str]) -> None:
    refused(unary.unary("DEQUANTIZE", **change), *words)  # type: ignore[arg-type]

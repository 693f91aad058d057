import pytest

from tests.tflite import Builder
from tinyml.quantize import int8


def left_in_float(name: str, outputs: int) -> bytes:
    b = Builder()
    x = b.tensor((1, 4), "float32")
    ys = [b.tensor((1, 4), "float32") for _ in range(outputs)]
    b.operator(name, [x], ys)
    return b.build([x], ys)


@pytest.mark.parametrize(
    ("name", "outputs", "again"), [("SPLIT", 2, True), ("UNPACK", 3, True), ("ELU", 1, False)]
)
def test_only_a_choice_of_the_converter_is_tried_again(name: str, outputs: int, again: bool) -> None:
    assert int8._chose_badly(left_in_float(name, outputs)) == again

import pytest

from tinyml.errors import ModelError
from tinyml.importers.floatmodel import first_line, input_tensor


@pytest.mark.parametrize("batch", [None, 1])
def test_open_batch_is_pinned_to_1(batch: int | None):
    assert input_tensor(0, "x", (batch, 8, 3), "float32").shape == (1, 8, 3)


@pytest.mark.parametrize(
    ("shape", "dtype", "said"),
    [
        ((None, None, 3), "float32", r"'x' of shape \[None, None, 3\] has open dimensions"),
        (None, "float32", "open dimensions"),
        ((), "float32", "open dimensions"),
        ((8, 4), "float32", "fixed batch of 8"),
        ((None, 4), "int32", "is int32"),
    ],
)
def test_inputs_that_cannot_be_pinned(shape: tuple[int | None, ...] | None, dtype: str, said: str):
    with pytest.raises(ModelError, match=said):
        input_tensor(0, "x", shape, dtype)


def test_first_line_of_an_error_without_text_is_its_type():
    assert first_line(ValueError("\n one\n two")) == "one"
    assert first_line(KeyError()) == "KeyError"

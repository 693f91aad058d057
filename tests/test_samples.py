import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml import samples
from tinyml.errors import SamplesError
from tinyml.graph import Graph, Quantization, Tensor
from tinyml.samples import Samples


def tensor(
    name: str, *shape: int, kind: str = "int8", scale: float = 0.5, zero_point: int = 3, index: int = 0
) -> Tensor:
    quantization = Quantization((scale,), (zero_point,), 0) if kind == "int8" else None
    return Tensor(index, name, (1, *shape), kind, quantization, None)


def graph(*inputs: Tensor) -> Graph:
    at = tuple(range(len(inputs)))
    return Graph(inputs, (), at, at, "", b"")


ONE = [tensor("x_in", 2, 3)]
TWO = [tensor("serving_default_left:0", 2), tensor("serving_default_right:0", 3, index=1)]


def batch(n: int, *shape: int) -> np.ndarray:
    return np.arange(n * int(np.prod(shape)), dtype=np.float32).reshape(n, *shape)


def test_npy_is_the_batch_of_a_one_input_model(tmp_path: Path):
    np.save(tmp_path / "a.npy", batch(4, 2, 3))
    loaded = samples.load(tmp_path / "a.npy", ONE)
    assert len(loaded) == 4
    assert loaded.inputs[0].dtype == np.float32
    assert loaded.labels is None


def test_one_sample_without_a_batch_dimension(tmp_path: Path):
    np.save(tmp_path / "a.npy", batch(1, 2, 3)[0])
    assert samples.load(tmp_path / "a.npy", ONE).inputs[0].shape == (1, 2, 3)


@pytest.mark.parametrize("name", ["x_in", "x", "anything"])
def test_npz_array_of_a_one_input_model(tmp_path: Path, name: str):
    np.savez(tmp_path / "a.npz", **{name: batch(4, 2, 3), "labels": np.arange(4)})
    loaded = samples.load(tmp_path / "a.npz", ONE)
    np.testing.assert_array_equal(loaded.inputs[0], batch(4, 2, 3))
    np.testing.assert_array_equal(loaded.labels, [0, 1, 2, 3])


def test_npz_arrays_map_by_name_without_the_saved_model_prefix(tmp_path: Path):
    np.savez(tmp_path / "a.npz", right=batch(5, 3), left=batch(5, 2))
    loaded = samples.load(tmp_path / "a.npz", TWO)
    assert [a.shape for a in loaded.inputs] == [(5, 2), (5, 3)]


def test_npz_arrays_map_by_position(tmp_path: Path):
    np.savez(tmp_path / "a.npz", batch(5, 2), batch(5, 3))
    assert [a.shape for a in samples.load(tmp_path / "a.npz", TWO).inputs] == [(5, 2), (5, 3)]


def test_one_hot_labels_become_classes(tmp_path: Path):
    np.savez(tmp_path / "a.npz", x=batch(2, 2, 3), y=np.eye(3)[[2, 0]])
    np.testing.assert_array_equal(samples.load(tmp_path / "a.npz", ONE).labels, [2, 0])


def test_folder_is_taken_in_order_of_names(tmp_path: Path):
    np.save(tmp_path / "b.npy", np.full((2, 3), 2.0))
    np.save(tmp_path / "a.npy", np.full((2, 2, 3), 1.0))
    (tmp_path / "notes.txt").write_text("not a sample")
    loaded = samples.load(tmp_path, ONE)
    np.testing.assert_array_equal(loaded.inputs[0][:, 0, 0], [1, 1, 2])


def test_take_keeps_samples_and_labels_together():
    taken = Samples((batch(4, 2),), np.arange(4)).take(np.array([3, 1]))
    np.testing.assert_array_equal(taken.inputs[0], batch(4, 2)[[3, 1]])
    np.testing.assert_array_equal(taken.labels, [3, 1])


def test_targets_of_a_regression_are_no_labels(tmp_path: Path):
    np.savez(tmp_path / "a.npz", x=batch(2, 2, 3), y=np.array([0.5, 2.0]))
    assert samples.load(tmp_path / "a.npz", ONE).labels is None


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((4, 3, 2), np.float32), r"shape \[4, 3, 2\] for the input x_in, which needs \['n', 2, 3\]"),
        (np.zeros((0, 2, 3), np.float32), "no samples"),
        (np.float32(1.0), r"shape \[\]"),
        (np.zeros((4, 2, 3), np.uint8), "uint8"),
        (np.full((4, 2, 3), np.nan, np.float32), "nan .* 24 such values"),
        (np.full((4, 2, 3), np.inf, np.float32), "inf"),
        (np.full((4, 2, 3), 1e300), "inf"),
        (np.array([{}]), "cannot be read"),
    ],
)
def test_array_that_cannot_be_used(tmp_path: Path, array: np.ndarray, said: str):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(SamplesError, match=said):
        samples.load(tmp_path / "a.npy", ONE)


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"PK\x03\x04 cut", b"text", b"PK\x05\x06" + bytes(17)])
def test_file_that_is_no_array(tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SamplesError, match="cannot be read" if content else "it is empty"):
        samples.load(tmp_path / name, ONE)


def npy(header: str) -> bytes:
    """Return an array file of the header `header` and no values."""
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': (10000000000, 1000000), }"),
            "memory does not suffice",
        ),
        (npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 2, 3), }"), "damaged, cut short"),
        (npy("((("), "damaged"),
        (npy("{{{ " + 3 * "'"), "damaged"),
        (npy("-" * 9000 + "1"), "."),
        (npy("x" * 9000), "damaged"),
    ],
)
def test_damaged_npy(tmp_path: Path, content: bytes, said: str):
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(SamplesError, match=f"cannot be read as an array file: .*{said}"):
        samples.load(tmp_path / "a.npy", ONE)


def test_unsafe_loading_is_not_advised(tmp_path: Path):
    np.save(tmp_path / "objects.npy", np.array([{}]))
    (tmp_path / "text.npy").write_text("text")
    for name in ("objects.npy", "text.npy"):
        with pytest.raises(SamplesError, match=r"it holds pickled objects or is no array file$"):
            samples.load(tmp_path / name, ONE)


def test_npz_member_that_is_no_array(tmp_path: Path):
    np.savez(tmp_path / "a.npz", x=batch(4, 2, 3))
    with zipfile.ZipFile(tmp_path / "a.npz", "a") as archive:
        archive.writestr("x_in", "notes")
    assert len(samples.load(tmp_path / "a.npz", ONE)) == 4


def test_missing_file_empty_folder_and_unknown_suffix(tmp_path: Path):
    with pytest.raises(SamplesError, match="does not exist"):
        samples.load(tmp_path / "none.npz", ONE)
    with pytest.raises(SamplesError, match=r"no .npz or .npy file"):
        samples.load(tmp_path, ONE)
    (tmp_path / "a.csv").write_text("1,2")
    with pytest.raises(SamplesError, match=r"'.csv'; .npz and .npy are allowed"):
        samples.load(tmp_path / "a.csv", ONE)


def test_npz_whose_arrays_do_not_map(tmp_path: Path):
    np.savez(tmp_path / "a.npz", one=batch(5, 2), right=batch(5, 3))
    with pytest.raises(SamplesError, match=r"arrays one, right.*inputs left \[2\], right \[3\]"):
        samples.load(tmp_path / "a.npz", TWO)
    np.savez(tmp_path / "b.npz", left=batch(5, 2), right=batch(4, 3))
    with pytest.raises(SamplesError, match="5 of left, 4 of right"):
        samples.load(tmp_path / "b.npz", TWO)


def test_labels_that_do_not_match(tmp_path: Path):
    np.savez(tmp_path / "a.npz", x=batch(4, 2, 3), y=np.arange(3))
    with pytest.raises(SamplesError, match=r"3 labels .* for 4 samples"):
        samples.load(tmp_path / "a.npz", ONE)


def test_folder_that_mixes_types(tmp_path: Path):
    np.save(tmp_path / "a.npy", np.zeros((2, 3), np.float32))
    np.save(tmp_path / "b.npy", np.zeros((2, 3), np.int8))
    with pytest.raises(SamplesError, match="mixes"):
        samples.load(tmp_path, ONE)


def test_quantize_rounds_halves_away_from_zero_and_saturates():
    values = np.array([[0.0, 0.25, -0.25, 0.2499999], [0.75, -0.75, 1e30, -1e30]], np.float32)
    quantized = samples.quantize(Samples((values,)), graph(tensor("x", 4))).inputs[0]
    assert quantized.dtype == np.int8
    np.testing.assert_array_equal(quantized, [[3, 4, 2, 3], [5, 1, 127, -128]])


@settings(derandomize=True)
@given(
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.floats(2.0**-20, 2.0**10, width=32),
    st.integers(-128, 127),
)
def test_quantize_is_the_nearest_value_within_range(value: float, scale: float, zero_point: int):
    model = graph(tensor("x", 1, scale=scale, zero_point=zero_point))
    quantized = int(samples.quantize(Samples((np.array([[value]], np.float32),)), model).inputs[0][0, 0])
    exact = float(np.float32(value) / np.float32(scale)) + zero_point
    assert (
        quantized == -128 if exact < -128 else quantized == 127 if exact > 127 else abs(quantized - exact) <= 0.5
    )


def test_quantize_takes_int8_as_it_is_and_float_for_float():
    given_values = np.arange(-4, 4, dtype=np.int8).reshape(2, 4)
    assert samples.quantize(Samples((given_values,)), graph(tensor("x", 4))).inputs[0] is given_values
    real = np.ones((2, 4), np.float32)
    assert samples.quantize(Samples((real,)), graph(tensor("x", 4, kind="float32"))).inputs[0] is real


def test_quantize_refuses_other_shapes_and_types():
    with pytest.raises(SamplesError, match=r"shapes \[5\], .* inputs x \[4\]"):
        samples.quantize(Samples((np.ones((2, 5), np.float32),)), graph(tensor("x", 4)))
    with pytest.raises(SamplesError, match="int8 and the input x is float32"):
        samples.quantize(Samples((np.ones((2, 4), np.int8),)), graph(tensor("x", 4, kind="float32")))


def test_random_int8_is_the_same_everywhere():
    drawn = samples.random_int8(graph(tensor("a", 5), tensor("b", 2, 2, index=1)), 2, seed=7)
    assert [a.shape for a in drawn.inputs] == [(2, 5), (2, 2, 2)]
    assert drawn.inputs[0].tolist() == [[-117, 74, -27, -15, -87], [65, 6, -96, -107, 106]]


def test_random_int8_covers_the_range():
    drawn = samples.random_int8(graph(tensor("a", 4096)), 4).inputs[0]
    assert set(drawn.ravel().tolist()) == set(range(-128, 128))


def test_random_int8_refuses_what_it_cannot_draw():
    with pytest.raises(SamplesError, match="at least 1"):
        samples.random_int8(graph(tensor("a", 5)), 0)
    with pytest.raises(SamplesError, match="float32"):
        samples.random_int8(graph(tensor("a", 5, kind="float32")), 1)
    with pytest.raises(
        SamplesError, match=r"100000000000 random samples of 8 values .* at most 268435456"
    ) as caught:
        samples.random_int8(graph(tensor("a", 5), tensor("b", 3, index=1)), 100_000_000_000)
    assert "at most 33554432 samples" in caught.value.hint

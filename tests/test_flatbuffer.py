"""The reader of the wire format, on buffers made with the format's own library."""

import flatbuffers
import numpy as np
import pytest

from tinyml.errors import ModelError
from tinyml.flatbuffer import Table


def table(builder: flatbuffers.Builder, offsets: dict[int, int]) -> int:
    builder.StartObject(8)
    for slot, offset in offsets.items():
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    return builder.EndObject()


def finish(builder: flatbuffers.Builder, root: int) -> Table:
    builder.Finish(root, b"TEST")
    return Table.root(bytes(builder.Output()), b"TEST")


def test_scalars_come_from_their_slots_or_are_the_default():
    builder = flatbuffers.Builder(0)
    builder.StartObject(6)
    builder.PrependInt8Slot(0, -5, 0)
    builder.PrependUint32Slot(1, 4_000_000_000, 0)
    builder.PrependFloat32Slot(2, 0.5, 0.0)
    builder.PrependBoolSlot(3, True, False)
    root = finish(builder, builder.EndObject())
    assert (root.int8(0), root.uint32(1), root.float32(2), root.flag(3)) == (-5, 4_000_000_000, 0.5, True)
    assert (root.int32(4, 7), root.uint64(5), root.float32(40, 1.5)) == (7, 0, 1.5)
    assert root.table(4) is None


def test_vectors_hold_their_elements():
    builder = flatbuffers.Builder(0)
    vectors = [
        builder.CreateNumpyVector(np.array(values))
        for values in (np.array([-1, 2], np.int32), np.array([-3], np.int64), np.array([0.25, 4], np.float32))
    ]
    root = finish(builder, table(builder, dict(enumerate(vectors))))
    assert root.vector(0).int32s() == (-1, 2)
    assert root.vector(1).int64s() == (-3,)
    assert root.vector(2).floats() == (0.25, 4.0)
    assert root.vector(3).int32s() == ()


@pytest.mark.parametrize(
    ("content", "limit", "text"),
    [(b"abc", 10, "abc"), (b"abc", 2, "ab"), (b"", 5, ""), (b"a\xff", 5, "a\ufffd"), ("é".encode(), 2, "é")],
)
def test_a_string_is_cut_and_always_decodes(content, limit, text):
    builder = flatbuffers.Builder(0)
    root = finish(builder, table(builder, {0: builder.CreateByteVector(content)}))
    assert root.string(0, limit) == text
    assert root.string(1, limit) == ""


def test_a_string_is_cut_before_it_is_decoded():
    builder = flatbuffers.Builder(0)
    root = finish(builder, table(builder, {0: builder.CreateByteVector(b"x" * 1000)}))
    for _ in range(100):  # the whole string so often would be more than the file may decode to
        assert root.string(0, 10) == "x" * 10


def test_a_vector_that_is_decoded_again_and_again_ends_in_an_error():
    builder = flatbuffers.Builder(0)
    root = finish(builder, table(builder, {0: builder.CreateByteVector(b"x" * 1000)}))
    for _ in range(2):
        root.vector(0).raw()
    with pytest.raises(ModelError, match="its vectors overlap"):
        root.vector(0).raw()


def test_a_vector_longer_than_the_file_is_refused_before_it_is_walked():
    builder = flatbuffers.Builder(0)
    root = finish(builder, table(builder, {0: builder.CreateByteVector(b"x" * 100)}))
    assert len(root.vector(0).raw()) == 100
    for read in ("int32s", "int64s", "floats"):
        with pytest.raises(ModelError, match=r"a vector of \d+ bytes at byte \d+ lies outside the file"):
            getattr(root.vector(0), read)()


def test_a_buffer_of_another_kind_is_refused():
    with pytest.raises(ModelError, match=r"bytes 4 to 8 are b'OTHR'"):
        Table.root(b"\x08\0\0\0OTHR", b"TEST")

"""A bounds-checked reader of the FlatBuffers wire format.

The format: https://flatbuffers.dev/internals/. A buffer is little-endian. A *table* begins with a signed
32-bit offset back to its vtable; the vtable holds its own length, the table's length, and for each field
(slot) a 16-bit offset into the table, 0 where the field is absent. Vectors and strings begin with a 32-bit
count. The generated readers trust their input; this one answers any byte string with values or one
`ModelError`, since model files come from anywhere. Many offsets may point to one vector, so that a small file can
spell out endless values; the bytes that are decoded are therefore limited by the file's size.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tinyml.errors import ModelError

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")
_I32 = struct.Struct("<i")
_F32 = struct.Struct("<f")

# Honest writers share little (a vector of zero points), so that vectors decode to about the file's size at most.
_DECODED_PER_BYTE = 2


class _MalformedError(ModelError):
    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the model file is malformed: {reason}",
            "The file may be truncated or not a TensorFlow Lite model; export it again.",
        )


def _outside(what: str, position: int) -> _MalformedError:
    return _MalformedError(f"{what} at byte {position} lies outside the file")


class _File:
    """The bytes of a file, and how many bytes its vectors may still decode to."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._limit = self._left = _DECODED_PER_BYTE * len(data)

    def decode(self, form: str, position: int) -> tuple[Any, ...]:
        """Return the values that lie at `position` as `form` says.

        Raises:
            ModelError: they lie outside the file, or too much has been decoded.
        """
        size = struct.calcsize(form)
        if position + size > len(self.data):
            raise _outside(f"a vector of {size} bytes", position)
        self._left -= size
        if self._left < 0:
            raise _MalformedError(f"its vectors overlap and hold more than {self._limit} bytes together")
        return struct.unpack_from(form, self.data, position)


def _read(form: struct.Struct, data: bytes, position: int, what: str) -> int:
    if position < 0 or position + form.size > len(data):
        raise _outside(what, position)
    value: int = form.unpack_from(data, position)[0]
    return value


def _follow(data: bytes, position: int) -> int:
    """Return the position that the unsigned offset at `position` points to."""
    return position + _read(_U32, data, position, "an offset")


@dataclass(frozen=True)
class Vector:
    """A vector of `length` elements whose first byte is at `start`; elements are read when asked for."""

    file: _File
    start: int
    length: int

    def tables(self) -> "Iterator[Table]":
        """Yield the elements of a vector of tables."""
        for i in range(self.length):
            yield Table(self.file, _follow(self.file.data, self.start + 4 * i))

    def raw(self, limit: int | None = None) -> bytes:
        """Return the elements of a vector of bytes, at most the first `limit` of them."""
        length = self.length if limit is None else min(self.length, limit)
        value: bytes = self.file.decode(f"{length}s", self.start)[0]
        return value

    def int32s(self) -> tuple[int, ...]:
        """Return the elements of a vector of int32."""
        return self.file.decode(f"<{self.length}i", self.start)

    def int64s(self) -> tuple[int, ...]:
        """Return the elements of a vector of int64."""
        return self.file.decode(f"<{self.length}q", self.start)

    def floats(self) -> tuple[float, ...]:
        """Return the elements of a vector of float32."""
        return self.file.decode(f"<{self.length}f", self.start)


@dataclass(frozen=True)
class Table:
    """A table at `position`; its fields are named by slot, counted from 0 in the schema's order."""

    file: _File
    position: int

    @staticmethod
    def root(data: bytes, identifier: bytes) -> "Table":
        """Return the root table of a buffer that carries the 4-byte file `identifier`.

        Raises:
            ModelError: the buffer is too short or carries another identifier.
        """
        if len(data) < 8 or data[4:8] != identifier:
            raise ModelError(
                f"the file is not a TensorFlow Lite model: bytes 4 to 8 are {data[4:8]!r}, not {identifier!r}",
                "Give a .tflite file, or a .keras, .h5 or SavedModel to `tinyml convert`.",
            )
        return Table(_File(data), _follow(data, 0))

    def _field(self, slot: int) -> int | None:
        vtable = self.position - _read(_I32, self.file.data, self.position, "a table")
        size = _read(_U16, self.file.data, vtable, "a vtable")
        entry = 4 + 2 * slot
        if entry + 2 > size:
            return None
        offset = _read(_U16, self.file.data, vtable + entry, "a vtable entry")
        return self.position + offset if offset else None

    def _scalar(self, form: str, slot: int, default: int) -> int:
        at = self._field(slot)
        return default if at is None else _read(struct.Struct("<" + form), self.file.data, at, "a field")

    def int8(self, slot: int, default: int = 0) -> int:
        """Return an int8 field (also an enumeration's)."""
        return self._scalar("b", slot, default)

    def uint8(self, slot: int, default: int = 0) -> int:
        """Return a uint8 field (also a union's type)."""
        return self._scalar("B", slot, default)

    def flag(self, slot: int, default: bool = False) -> bool:
        """Return a bool field."""
        return self._scalar("B", slot, int(default)) != 0

    def int32(self, slot: int, default: int = 0) -> int:
        """Return an int32 field."""
        return self._scalar("i", slot, default)

    def uint32(self, slot: int, default: int = 0) -> int:
        """Return a uint32 field."""
        return self._scalar("I", slot, default)

    def uint64(self, slot: int, default: int = 0) -> int:
        """Return a uint64 field."""
        return self._scalar("Q", slot, default)

    def float32(self, slot: int, default: float = 0.0) -> float:
        """Return a float32 field."""
        at = self._field(slot)
        return default if at is None else float(_read(_F32, self.file.data, at, "a field"))

    def table(self, slot: int) -> "Table | None":
        """Return a table field, or None where it is absent."""
        at = self._field(slot)
        return None if at is None else Table(self.file, _follow(self.file.data, at))

    def vector(self, slot: int) -> Vector:
        """Return a vector field; an absent one is empty."""
        at = self._field(slot)
        if at is None:
            return Vector(self.file, 0, 0)
        start = _follow(self.file.data, at)
        length = _read(_U32, self.file.data, start, "a vector's length")
        # An element takes at least one byte, so a longer vector is malformed whatever it holds. Without this
        # check a count of 4 billion would be walked before the first element outside the file is met.
        if length > len(self.file.data) - start - 4:
            raise _outside(f"a vector of {length} elements", start)
        return Vector(self.file, start + 4, length)

    def string(self, slot: int, limit: int) -> str:
        """Return a string field, cut to `limit` bytes; absent, it is empty; what is not UTF-8 is replaced."""
        return self.vector(slot).raw(limit).decode("utf-8", "replace")

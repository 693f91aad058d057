"""The memory plan as metadata of the flatbuffer, for an interpreter that takes it instead of making one.

The form is that of TensorFlow Lite Micro's `OfflineMemoryAllocation`: int32 numbers 0 (format), 0 (subgraph),
the number of tensors, and for each tensor its offset in the arena, or -1. The arrays that tinyml's interpreter
would otherwise compute into the arena follow (see plan/interpreter.py). The name is ours: under its own, TFLM
refuses to keep all tensors of the model, which is how it is asked for the layers' outputs.

Plan and arrays belong to the model that they were made from: whoever changes the model leaves the metadata out.
"""

import dataclasses
import hashlib
import struct

from tinyml.flatbuffer import Table
from tinyml.graph import Graph
from tinyml.plan import Plan
from tinyml.plan.interpreter import prepared

NAME = "TinymlMemoryPlan"

_ALIGNMENT = 16  # of everything in the file, as the schema asks for buffers
_FIELDS = 8  # of the schema's Model, each 4 bytes
_BUFFERS, _METADATA = 4, 6


def attach(plan: Plan) -> Plan:
    """Return `plan` with its memory plan and prepared arrays in its model's file; the rest is as it was."""
    offsets = [plan.memory.offsets.get(tensor.index, -1) for tensor in plan.graph.tensors]
    memory = struct.pack(f"<{len(offsets) + 3}i", 0, 0, len(offsets), *offsets)
    data = with_metadata(plan.graph, memory + prepared(plan))
    graph = dataclasses.replace(plan.graph, data=data, sha256=hashlib.sha256(data).hexdigest())
    return dataclasses.replace(plan, graph=graph)


class _Front:
    """Bytes in front of the old file. Offsets in a flatbuffer lead forward, so new tables come before old ones."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._later: list[tuple[int, int]] = []  # (position of an offset, what it leads to in the old file)

    def word(self, value: int) -> int:
        """Append a number; return its position."""
        self.data += struct.pack("<I", value)
        return len(self.data) - 4

    def to_old(self, position: int) -> None:
        """Append an offset to `position` of the old file."""
        self._later.append((self.word(0), position))

    def lead_here(self, at: int) -> None:
        """Let the offset at `at` lead to what is appended next."""
        struct.pack_into("<I", self.data, at, len(self.data) - at)

    def align(self) -> None:
        self.data += bytes(-len(self.data) % _ALIGNMENT)

    def before(self, old: bytes) -> bytes:
        """Return the whole file."""
        self.align()
        for at, position in self._later:
            struct.pack_into("<I", self.data, at, len(self.data) + position - at)
        return bytes(self.data) + old


def _table(front: _Front, fields: list[bool]) -> None:
    """Append a vtable and the beginning of its table, whose fields (those that are present) have 4 bytes each."""
    entries, size = [], 4
    for present in fields:
        entries.append(size if present else 0)
        size += 4 * present
    vtable = struct.pack(f"<{len(fields) + 2}H", 4 + 2 * len(fields), size, *entries)
    front.data += bytes(-(len(front.data) + len(vtable)) % 4) + vtable + struct.pack("<i", len(vtable))


def with_metadata(graph: Graph, content: bytes) -> bytes:
    """Return the file of `graph` with the metadata `NAME`, which replaces one of that name."""
    model = Table.root(graph.data, b"TFL3")
    vectors = {slot: model.vector(slot) for slot in range(1, _FIELDS)}
    kept = [entry.position for entry in vectors[_METADATA].tables() if entry.string(0, len(NAME) + 1) != NAME]
    old_buffers = [buffer.position for buffer in vectors[_BUFFERS].tables()]
    present = [slot in (0, _BUFFERS, _METADATA) or vectors[slot].start != 0 for slot in range(_FIELDS)]

    front = _Front()
    root = front.word(0)
    front.data += b"TFL3"
    size = 4 + 2 * _FIELDS  # of the vtable, which the table follows
    struct.pack_into("<I", front.data, root, len(front.data) + size)
    _table(front, present)
    places = {}
    for slot in range(_FIELDS):
        if slot == 0:
            front.word(model.uint32(0))
        elif slot in (_BUFFERS, _METADATA):
            places[slot] = front.word(0)
        elif present[slot]:
            front.to_old(vectors[slot].start - 4)

    front.lead_here(places[_METADATA])
    front.word(len(kept) + 1)
    for position in kept:
        front.to_old(position)
    entry = front.word(0)
    front.lead_here(places[_BUFFERS])
    front.word(len(old_buffers) + 1)
    for position in old_buffers:
        front.to_old(position)
    buffer = front.word(0)

    _table(front, [True, True])  # the metadata's entry: name and buffer
    struct.pack_into("<I", front.data, entry, len(front.data) - 4 - entry)
    name = front.word(0)
    front.word(len(old_buffers))
    front.lead_here(name)
    front.word(len(NAME))
    front.data += NAME.encode() + b"\0"
    front.data += bytes(-len(front.data) % 4)
    _table(front, [True])  # the buffer: its bytes
    struct.pack_into("<I", front.data, buffer, len(front.data) - 4 - buffer)
    values = front.word(0)
    front.data += bytes((-len(front.data) - 4) % _ALIGNMENT)
    front.lead_here(values)
    front.word(len(content))
    front.data += content
    return front.before(graph.data)

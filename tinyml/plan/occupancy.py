"""Who has which bytes of the arena when: the memory plan as blocks over time, for people."""

import string
from collections.abc import Sequence
from dataclasses import dataclass

from tinyml.plan import Plan
from tinyml.plan.memory import Buffer

_LINES = 16  # of the text
_COLUMNS = 96  # stages of the text, which has a column for each; of more, some share one
_NAMES = string.ascii_letters + string.digits
_FREE, _SHARED = ".", "#"


@dataclass(frozen=True)
class Block:
    """Bytes of the arena over some layers.

    Attributes:
        label: what lies there.
        start, size: in bytes.
        first, last: the layers during which it lies there, both included.
    """

    label: str
    start: int
    size: int
    first: int
    last: int


def _label(plan: Plan, buffer: Buffer) -> str:
    if not buffer.tensors:
        return f"scratch of layer {buffer.first}"
    tensors = plan.graph.tensors
    label = ", ".join(tensors[t].name.split(";")[0] or f"tensor {t}" for t in buffer.tensors)
    rings = [layer.stream.rings for layer in plan.layers if layer.stream is not None]
    kept = {rows for ring in rings for tensor, rows in ring.items() if tensor in buffer.tensors}
    return f"{label} ({max(kept)} row{'s' * (max(kept) > 1)} at a time)" if kept else label


def blocks(plan: Plan) -> list[Block]:
    """Return the blocks of the arena, in order of time; what is kept to the end stays to the last layer."""
    end = max(len(plan.layers) - 1, 0)
    found = [
        Block(_label(plan, buffer), start, buffer.size, min(buffer.first, end), min(buffer.last, end))
        for start, buffer in plan.memory.buffers
    ]
    return sorted(found, key=lambda block: (block.first, block.start))


def text(plan: Plan) -> str:
    """Return a picture in letters: a column for each layer, a line for each sixteenth of the arena.

    Where blocks lie upon each other, one being written where the other was read, there is a "#".
    """
    found, total = blocks(plan), plan.memory.arena_bytes
    names = dict(zip(found, _NAMES, strict=False))
    columns = min(len(plan.layers), _COLUMNS)
    of_column = [
        range(k * len(plan.layers) // columns, (k + 1) * len(plan.layers) // columns) for k in range(columns)
    ]
    lines = []
    for line in reversed(range(_LINES)):
        low, high = line * total // _LINES, (line + 1) * total // _LINES
        here = [block for block in found if block.start < high and block.start + block.size > low]
        cells = "".join(_cell(here, names, stages) for stages in of_column)
        lines.append(f"{high:>9,} |{cells}|")
    lines.append(f"{0:>9,} +{'-' * columns}+ layers 0 to {len(plan.layers) - 1}")
    for block, name in names.items():
        place = f"{block.start:,} to {block.start + block.size:,}"
        lines.append(f"{name:>9}  {place:<20} layers {block.first} to {block.last}: {block.label}")
    if len(found) > len(names):
        lines.append(f"{'':>9}  and {len(found) - len(names)} more; memory.svg in the project has them all")
    return "\n".join(lines)


def _cell(here: Sequence[Block], names: dict[Block, str], stages: range) -> str:
    found = [block for block in here if block.first < stages.stop and block.last >= stages.start]
    if len(found) > 1 and len({names.get(block) for block in found}) > 1:
        overlap = any(
            a is not b and a.start < b.start + b.size and b.start < a.start + a.size for a in found for b in found
        )
        return _SHARED if overlap else names.get(found[-1], _SHARED)
    return names.get(found[0], _SHARED) if found else _FREE

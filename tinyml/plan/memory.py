"""Where each tensor lies in the arena: lifetimes from the graph, offsets from a cheap, repeatable search.

Time is counted in operators: operator t runs at time t. Tensors that may share their first byte (an alias, or an
output written over an input) become one buffer. Buffers that are alive at the same time must not overlap. Variable
tensors are alive all the time, from one inference to the next.
"""

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tinyml.graph import Graph
from tinyml.ops import Lowered

# Kernels may read and write words; every tensor starts at a multiple of this many bytes.
ALIGNMENT = 4

# Orders tried beyond the plain ones where those leave a gap. The seed is fixed: a plan never changes by itself.
# Placing n buffers takes up to n² steps, so that large models are given fewer tries.
_SHUFFLES = 500
_SHUFFLE_STEPS = 4_000_000


@dataclass(frozen=True)
class Buffer:
    """Bytes of the arena that hold one tensor, or several tensors one after the other.

    Attributes:
        tensors: indices of the tensors, in the order in which they are written; none for an operator's scratch.
        size: bytes, a multiple of `ALIGNMENT`.
        first, last: the times from which and until which the bytes must be kept, both included.
    """

    tensors: tuple[int, ...]
    size: int
    first: int
    last: int


@dataclass(frozen=True)
class MemoryPlan:
    """The arena.

    Attributes:
        offsets: each arena tensor's first byte, by tensor index.
        arena_bytes: the size of the arena.
        live_bytes: for each operator, the bytes of all buffers that are alive while it runs.
        scratch: the first byte of each operator's scratch, by operator index, for those that have one.
    """

    offsets: Mapping[int, int]
    arena_bytes: int
    live_bytes: tuple[int, ...]
    scratch: Mapping[int, int] = field(default_factory=dict)

    @property
    def peak(self) -> tuple[int, ...]:
        """The operators (by index) during which most bytes are alive."""
        most = max(self.live_bytes, default=0)
        return tuple(t for t, live in enumerate(self.live_bytes) if live == most)


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


class _Lifetimes:
    """Grows buffers operator by operator."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._last = self._last_uses(graph)
        self._root: dict[int, int] = {}  # tensor -> first tensor of its buffer
        self._first: dict[int, int] = {}
        self._until: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}

    @staticmethod
    def _last_uses(graph: Graph) -> dict[int, int]:
        last = dict.fromkeys(graph.inputs, 0)
        for operator in graph.operators:
            last.update(dict.fromkeys(operator.outputs, operator.index))
            last.update(dict.fromkeys(operator.inputs, operator.index))
        last.update(dict.fromkeys(graph.outputs, len(graph.operators)))
        last.update(dict.fromkeys((t.index for t in graph.variables), len(graph.operators)))
        return last

    def add(self, tensor: int, time: int) -> None:
        """Give `tensor` a buffer of its own from `time` on."""
        self._root[tensor] = tensor
        self._first[tensor] = time
        self._until[tensor] = self._last[tensor]
        self._members[tensor] = [tensor]

    def join(self, tensor: int, other: int) -> None:
        """Put `tensor` into the buffer of `other`."""
        root = self._root[other]
        self._root[tensor] = root
        self._until[root] = max(self._until[root], self._last[tensor])
        self._members[root].append(tensor)

    def last(self, tensor: int) -> int:
        """Return the last time at which the buffer of `tensor` is read."""
        return self._until[self._root[tensor]]

    def may_overwrite(self, tensor: int, output: int, time: int, shrink: bool) -> bool:
        """Return whether the operator at `time` may write `output`, smaller only if `shrink`, over `tensor`."""
        if tensor not in self._root or self.last(tensor) != time:
            return False
        before, after = self._graph.tensors[tensor].nbytes, self._graph.tensors[output].nbytes
        return after <= before if shrink else after == before

    def buffers(self) -> list[Buffer]:
        """Return the buffers, in order of their first tensor."""
        return [
            Buffer(
                tuple(members),
                _aligned(max(self._graph.tensors[t].nbytes for t in members)),
                self._first[root],
                self.last(root),
            )
            for root, members in self._members.items()
        ]


def buffers(graph: Graph, lowered: Sequence[Lowered], shrink: bool) -> list[Buffer]:
    """Return the buffers that `graph` needs, aliases and outputs in place of inputs joined.

    With `shrink`, an output that is smaller than its input may lie on it too; the buffer keeps the larger size.
    """
    lives = _Lifetimes(graph)
    for tensor in (*graph.inputs, *(t.index for t in graph.variables)):
        lives.add(tensor, 0)
    for operator, low in zip(graph.operators, lowered, strict=True):
        for output in operator.outputs:
            if low.alias is not None:
                lives.join(output, low.alias)
            else:
                places = [t for t in low.in_place if lives.may_overwrite(t, output, operator.index, shrink)]
                if places:
                    lives.join(output, places[0])
                else:
                    lives.add(output, operator.index)
    return lives.buffers()


def _place(order: Sequence[Buffer]) -> tuple[dict[Buffer, int], int]:
    """Give each buffer of `order` the lowest offset that is free during its life; return offsets and the size."""
    first, last, sizes = (np.array(x) for x in zip(*((b.first, b.last, b.size) for b in order), strict=True))
    starts = np.zeros(len(order), np.int64)
    for i in range(1, len(order)):
        together = (first[:i] <= last[i]) & (first[i] <= last[:i])
        taken = starts[:i][together]
        by_start = np.argsort(taken, kind="stable")
        # The space below the first taken byte, then what lies behind the k lowest of the taken places.
        candidates = np.zeros(len(taken) + 1, np.int64)
        np.maximum.accumulate((taken + sizes[:i][together])[by_start], out=candidates[1:])
        fits = candidates[:-1] + sizes[i] <= taken[by_start]
        starts[i] = candidates[np.argmax(fits) if fits.any() else -1]
    return dict(zip(order, starts.tolist(), strict=True)), int((starts + sizes).max())


_ORDERS: tuple[Callable[[Buffer], tuple[int, ...]], ...] = (
    lambda b: (-b.size, b.first),
    lambda b: (b.first, -b.size),
    lambda b: (-b.size * (b.last - b.first + 1), b.first),
    lambda b: (b.first - b.last, -b.size),
)


def _live_bytes(parts: Sequence[Buffer], operators: int) -> list[int]:
    """Return for each operator the bytes of all buffers that are alive while it runs."""
    change = [0] * (operators + 2)
    for buffer in parts:
        change[buffer.first] += buffer.size
        change[buffer.last + 1] -= buffer.size
    return list(itertools.accumulate(change))[:operators]


def _best_placement(parts: Sequence[Buffer], bound: int) -> tuple[dict[Buffer, int], int]:
    """Return the smallest placement found; none is smaller than `bound`."""
    best, size = min((_place(sorted(parts, key=key)) for key in _ORDERS), key=lambda placed: placed[1])
    shuffler = random.Random(0)
    for _ in range(min(_SHUFFLES, _SHUFFLE_STEPS // len(parts) ** 2)):
        if size == bound:
            break
        order = list(best)
        a, b = shuffler.randrange(len(order)), shuffler.randrange(len(order))
        order[a], order[b] = order[b], order[a]
        candidate, candidate_size = _place(order)
        if candidate_size <= size:
            best, size = candidate, candidate_size
    return best, size


def plan_memory(graph: Graph, lowered: Sequence[Lowered], scratch: Mapping[int, int] | None = None) -> MemoryPlan:
    """Lay out the arena of `graph`, whose operators became `lowered`; `scratch`: bytes by operator index."""
    # A smaller output on its input saves its own bytes now and holds the input's for as long as it lives: either
    # may be the smaller plan.
    own = [Buffer((), _aligned(size), time, time) for time, size in (scratch or {}).items()]
    plans = [_plan(graph, buffers(graph, lowered, shrink), own) for shrink in (False, True)]
    return min(plans, key=lambda plan: plan.arena_bytes)


def _plan(graph: Graph, tensors: Sequence[Buffer], scratch: Sequence[Buffer]) -> MemoryPlan:
    parts = [*tensors, *scratch]
    live = _live_bytes(parts, len(graph.operators))
    best, size = _best_placement(parts, bound=max(live, default=sum(b.size for b in parts)))
    offsets = {tensor: offset for buffer, offset in best.items() for tensor in buffer.tensors}
    return MemoryPlan(offsets, size, tuple(live), {buffer.first: best[buffer] for buffer in scratch})

"""Where each tensor lies in the arena: lifetimes from the graph, offsets from a cheap, repeatable search.

Time is counted in stages: one operator, or operators that take turns. Tensors that may share their first byte (an
alias, or an output written over an input) become one buffer. Buffers that are alive at the same time must not
overlap, with one exception: what a stage writes may lie upon what it reads for the last time where it begins far
enough before it, so that no byte is written that is still to be read. How far that is, its kernels' access order
decides: see `Demands.lags`. Variable tensors are alive all the time, from one inference to the next.
"""

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
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
class Demands:
    """What a plan's stages ask of the arena beyond whole tensors.

    Attributes:
        times: the stage of each operator.
        sizes: bytes of the tensors of which only some rows are kept, by tensor index.
        lags: by how many bytes a tensor that is written must begin before one that is read for the last time by
            the same stage, so that it may lie upon it, by (written, read).
        scratch: bytes of scratch by stage.
        scratch_lags: the same as `lags` for a stage's scratch, by (stage, tensor that is read).
    """

    times: tuple[int, ...]
    sizes: Mapping[int, int] = field(default_factory=dict)
    lags: Mapping[tuple[int, int], int] = field(default_factory=dict)
    scratch: Mapping[int, int] = field(default_factory=dict)
    scratch_lags: Mapping[tuple[int, int], int] = field(default_factory=dict)

    @property
    def stages(self) -> int:
        """How many stages there are."""
        return max(self.times, default=-1) + 1


@dataclass(frozen=True)
class MemoryPlan:
    """The arena.

    Attributes:
        offsets: each arena tensor's first byte, by tensor index.
        arena_bytes: the size of the arena.
        live_bytes: for each operator, the bytes of all buffers that are alive while it runs.
        scratch: the first byte of each stage's scratch, by the stage, for those that have one.
        bound: no layout of these buffers takes fewer bytes.
        buffers: all of them, with the first byte of each.
    """

    offsets: Mapping[int, int]
    arena_bytes: int
    live_bytes: tuple[int, ...]
    scratch: Mapping[int, int] = field(default_factory=dict)
    bound: int = 0
    buffers: tuple[tuple[int, Buffer], ...] = ()

    @property
    def peak(self) -> tuple[int, ...]:
        """The operators (by index) during which most bytes are alive."""
        most = max(self.live_bytes, default=0)
        return tuple(t for t, live in enumerate(self.live_bytes) if live == most)


def aligned(size: int) -> int:
    """Return `size` rounded up to whole words."""
    return -(-size // ALIGNMENT) * ALIGNMENT


class _Lifetimes:
    """Grows buffers operator by operator."""

    def __init__(self, graph: Graph, demands: Demands) -> None:
        self._graph = graph
        self._demands = demands
        self._last = self._last_uses(graph, demands)
        self._root: dict[int, int] = {}  # tensor -> first tensor of its buffer
        self._first: dict[int, int] = {}
        self._until: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}

    @staticmethod
    def _last_uses(graph: Graph, demands: Demands) -> dict[int, int]:
        last = dict.fromkeys(graph.inputs, 0)
        for operator in graph.operators:
            time = demands.times[operator.index]
            last.update(dict.fromkeys(operator.outputs, time))
            last.update(dict.fromkeys(operator.inputs, time))
        last.update(dict.fromkeys(graph.outputs, demands.stages))
        last.update(dict.fromkeys((t.index for t in graph.variables), demands.stages))
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

    def size(self, tensor: int) -> int:
        """Return the bytes that are kept of `tensor`."""
        return self._demands.sizes.get(tensor, self._graph.tensors[tensor].nbytes)

    def may_overwrite(self, tensor: int, output: int, time: int, shrink: bool) -> bool:
        """Return whether the operator at `time` may write `output`, smaller only if `shrink`, over `tensor`."""
        if tensor not in self._root or self.last(tensor) != time:
            return False
        before, after = self.size(tensor), self.size(output)
        return after <= before if shrink else after == before

    def buffers(self) -> list[Buffer]:
        """Return the buffers, in order of their first tensor."""
        return [
            Buffer(tuple(members), aligned(max(map(self.size, members))), self._first[root], self.last(root))
            for root, members in self._members.items()
        ]


def buffers(
    graph: Graph, lowered: Sequence[Lowered], shrink: bool, demands: Demands | None = None
) -> list[Buffer]:
    """Return the buffers that `graph` needs, aliases and outputs in place of inputs joined.

    With `shrink`, an output that is smaller than its input may lie on it too; the buffer keeps the larger size.
    """
    demands = demands or one_by_one(graph)
    lives = _Lifetimes(graph, demands)
    for tensor in (*graph.inputs, *(t.index for t in graph.variables)):
        lives.add(tensor, 0)
    for operator, low in zip(graph.operators, lowered, strict=True):
        time = demands.times[operator.index]
        for output in operator.outputs:
            if low.alias is not None:
                lives.join(output, low.alias)
            else:
                places = [t for t in low.in_place if lives.may_overwrite(t, output, time, shrink)]
                if places:
                    lives.join(output, places[0])
                else:
                    lives.add(output, time)
    return lives.buffers()


def one_by_one(graph: Graph) -> Demands:
    """Return the demands of operators that run one after the other."""
    return Demands(tuple(range(len(graph.operators))))


class _Distances:
    """How far apart two buffers begin: start[i] - start[j] must not lie between least[i, j] and most[i, j]."""

    def __init__(self, parts: Sequence[Buffer], demands: Demands) -> None:
        first, last, size = (
            np.array(x, np.int64) for x in zip(*((b.first, b.last, b.size) for b in parts), strict=True)
        )
        self.sizes = size
        self.together = (first[:, None] <= last[None, :]) & (first[None, :] <= last[:, None])
        self.least = np.repeat(-size[:, None], len(parts), axis=1)
        self.lags = dict(self._lags(parts, demands))
        for (i, j), lag in self.lags.items():
            self.least[i, j] = max(self.least[i, j], -lag)
        # What is forbidden for i seen from j is forbidden for j seen from i.
        self.most = -self.least.T

    def bound(self, parts: Sequence[Buffer], live: Sequence[int]) -> int:
        """Return what no placement is smaller than, given the bytes that are alive at each stage."""
        needed = list(live)
        for (i, j), lag in self.lags.items():
            needed[parts[i].first] -= max(0, min(parts[i].size - lag, parts[j].size))
        return max([*needed, *(part.size for part in parts)])

    @staticmethod
    def _lags(parts: Sequence[Buffer], demands: Demands) -> Iterator[tuple[tuple[int, int], int]]:
        """Yield the lag of each pair of buffers, of which the first may lie upon the second."""
        owner = {tensor: k for k, part in enumerate(parts) for tensor in part.tensors}
        scratch = {part.first: k for k, part in enumerate(parts) if not part.tensors}
        for (written, read), lag in demands.lags.items():
            i, j = owner[written], owner[read]
            if i != j and parts[i].first == parts[j].last:
                yield (i, j), aligned(max(lag, 0))
        for (time, read), lag in demands.scratch_lags.items():
            if parts[owner[read]].last == time:
                yield (scratch[time], owner[read]), aligned(max(lag, 0))


def _place(order: Sequence[int], distances: _Distances) -> tuple[list[int], int]:
    """Give each buffer of `order` the lowest free offset; return offsets, by buffer, and the size of all."""
    starts = np.zeros(len(order), np.int64)
    placed = np.array(order)
    for n in range(1, len(order)):
        i, before = order[n], placed[:n][distances.together[order[n], placed[:n]]]
        low = starts[before] + distances.least[i, before]
        by_low = np.argsort(low, kind="stable")
        # The lowest place below the first forbidden ones, or behind the k lowest of them.
        candidates = np.zeros(len(before) + 1, np.int64)
        np.maximum.accumulate((starts[before] + distances.most[i, before])[by_low], out=candidates[1:])
        np.maximum(candidates, 0, out=candidates)
        fits = candidates[:-1] <= low[by_low]
        starts[i] = candidates[np.argmax(fits) if fits.any() else -1]
    return starts.tolist(), int((starts + distances.sizes).max())


_ORDERS: tuple[Callable[[Buffer], tuple[int, ...]], ...] = (
    lambda b: (-b.size, b.first),
    lambda b: (b.first, -b.size),
    lambda b: (-b.last, -b.size),
    lambda b: (-b.size * (b.last - b.first + 1), b.first),
    lambda b: (b.first - b.last, -b.size),
)


def _live_bytes(parts: Sequence[Buffer], stages: int) -> list[int]:
    """Return for each stage the bytes of all buffers that are alive while it runs."""
    change = [0] * (stages + 2)
    for buffer in parts:
        change[buffer.first] += buffer.size
        change[buffer.last + 1] -= buffer.size
    return list(itertools.accumulate(change))[:stages]


def _best_placement(parts: Sequence[Buffer], distances: _Distances, bound: int) -> tuple[list[int], int]:
    """Return the smallest placement found; none is smaller than `bound`."""
    orders = [sorted(range(len(parts)), key=lambda k: key(parts[k])) for key in _ORDERS]
    best_order = min(orders, key=lambda order: _place(order, distances)[1])
    best, size = _place(best_order, distances)
    shuffler = random.Random(0)
    for _ in range(min(_SHUFFLES, _SHUFFLE_STEPS // len(parts) ** 2)):
        if size <= bound:
            break
        order = list(best_order)
        a, b = shuffler.randrange(len(order)), shuffler.randrange(len(order))
        order[a], order[b] = order[b], order[a]
        candidate, candidate_size = _place(order, distances)
        if candidate_size <= size:
            best, size, best_order = candidate, candidate_size, order
    return best, size


def plan_memory(graph: Graph, lowered: Sequence[Lowered], demands: Demands | None = None) -> MemoryPlan:
    """Lay out the arena of `graph`, whose operators became `lowered`."""
    demands = demands or one_by_one(graph)
    scratch = [Buffer((), aligned(size), time, time) for time, size in demands.scratch.items() if size]
    # A smaller output on its input saves its own bytes now and holds the input's for as long as it lives: either
    # may be the smaller plan.
    plans = [_plan([*buffers(graph, lowered, shrink, demands), *scratch], demands) for shrink in (False, True)]
    return min(plans, key=lambda plan: plan.arena_bytes)


def _plan(parts: Sequence[Buffer], demands: Demands) -> MemoryPlan:
    live = _live_bytes(parts, demands.stages)
    distances = _Distances(parts, demands)
    bound = distances.bound(parts, live)
    best, size = _best_placement(parts, distances, bound)
    starts = list(zip(parts, best, strict=True))
    return MemoryPlan(
        offsets={tensor: start for part, start in starts for tensor in part.tensors},
        arena_bytes=size,
        live_bytes=tuple(live[time] for time in demands.times),
        scratch={part.first: start for part, start in starts if not part.tensors},
        bound=bound,
        buffers=tuple((start, part) for part, start in starts),
    )

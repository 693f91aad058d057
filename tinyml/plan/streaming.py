"""Rows streamed through several layers: which layers, in which order, and how many rows are kept between them.

A layer with a row kernel needs only some rows of its inputs for a row of its output. So layers that follow one
another can take turns, each as soon as its input has the rows for its next call, and a tensor between them is a
ring of a few rows. Nothing is computed twice: a branch that is read later keeps its rows until then.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import add

from tinyml.graph import Graph
from tinyml.ops import Lowered
from tinyml.plan import portable
from tinyml.plan.layer import Layer, Stream
from tinyml.plan.memory import Demands, MemoryPlan, aligned, plan_memory
from tinyml.plan.patches import Narrow, Patcher, divided
from tinyml.plan.rows import RowKernel, Source

# Segments of more layers are not looked at in graphs of more, where they would be too many.
_LONGEST = 40
_PATCHES = (2, 3, 4, 6, 8)  # that columns are divided into
_MOST_PARTS = 256  # of a stream: its steps are bytes
_WORDS = 64  # bytes by which a limit is tried lower at least


def first_needed(source: Source, call: int) -> int:
    """Return the first row that `call` and those after it may read; `height` where they read none."""
    return min(max(0, call * source.stride - source.pad), source.height)


def last_needed(source: Source, call: int) -> int:
    """Return the last row that `call` may read; -1 where all that it is given is padding."""
    last = call * source.stride - source.pad + (source.taps - 1) * source.dilation
    return min(last, source.height - 1)


@dataclass(frozen=True)
class Schedule:
    """The order in which layers take turns, and what they keep for that.

    Attributes:
        steps: which kernel makes its next call.
        rings: the rows kept of each tensor that the kernels make, by its root.
        homes: the tensors whose rows lie where those of a tensor made from them will lie, and that tensor.
        lags: for each tensor that is only read, by how many bytes what the last kernel has written may be ahead of
            what is still read of it, at most.
    """

    steps: tuple[int, ...]
    rings: Mapping[int, int]
    homes: Mapping[int, int]
    lags: Mapping[int, int]


class _Turns:
    """Lets kernels call as soon as they can, driven by what the last one needs."""

    def __init__(self, kernels: Sequence[RowKernel], roots: Mapping[int, int], kept: Collection[int]) -> None:
        self._kernels = kernels
        self._roots = roots
        self._kept = kept
        self._makers = {roots[kernel.output]: k for k, kernel in enumerate(kernels)}
        self._done = [0] * len(kernels)
        self._steps: list[int] = []
        self._rings: dict[int, int] = {}
        self._readers: dict[int, list[tuple[int, Source]]] = {}
        for k, kernel in enumerate(kernels):
            for source in kernel.sources:
                self._readers.setdefault(roots[source.tensor], []).append((k, source))
        self._homes = self._find_homes()
        self._lags = dict.fromkeys(self._readers.keys() - self._makers.keys(), 0)

    def run(self) -> Schedule:
        for k in reversed(range(len(self._kernels))):
            self._call(k, self._kernels[k].calls)
        rings = {tensor: self._rings[self._home(tensor)] for tensor in self._makers}
        return Schedule(tuple(self._steps), rings, self._homes, self._lags)

    def _find_homes(self) -> dict[int, int]:
        """Let each kernel that can work in place do so on one of its inputs that nobody else reads."""
        homes: dict[int, int] = {}
        for kernel in self._kernels:
            possible = [
                tensor for tensor in map(self._roots.__getitem__, kernel.in_place) if self._gives(tensor, kernel)
            ]
            if possible:  # the input that is made last is kept for the shortest time
                homes[max(possible, key=self._makers.__getitem__)] = self._roots[kernel.output]
        return homes

    def _gives(self, tensor: int, kernel: RowKernel) -> bool:
        """Return whether `kernel` may write over the rows of `tensor` that it reads."""
        if tensor not in self._makers or tensor in self._kept or len(self._readers[tensor]) > 1:
            return False
        maker, ((_, source),) = self._kernels[self._makers[tensor]], self._readers[tensor]
        alike = (kernel.height, kernel.row_bytes) == (maker.height, maker.row_bytes)
        return alike and source.row_bytes == maker.row_bytes and same_rows(source, maker)

    def _home(self, tensor: int) -> int:
        while tensor in self._homes:
            tensor = self._homes[tensor]
        return tensor

    def _call(self, k: int, calls: int) -> None:
        """Let kernel k make its calls up to so many in all, and those before it what these need."""
        kernel = self._kernels[k]
        while self._done[k] < calls:
            for source in kernel.sources:
                maker = self._makers.get(self._roots[source.tensor])
                if maker is not None:
                    self._call(maker, self._calls_for(source, maker, last_needed(source, self._done[k])))
            self._step(k)

    def _calls_for(self, source: Source, maker: int, row: int) -> int:
        kernel = self._kernels[maker]
        if not same_rows(source, kernel):
            return kernel.calls
        return (row + 1) * kernel.repeats

    def _step(self, k: int) -> None:
        self._steps.append(k)
        kernel, call = self._kernels[k], self._done[k]
        row = call // kernel.repeats
        tensor = self._home(self._roots[kernel.output])
        if tensor == self._roots[self._kernels[-1].output]:
            self._see_lags((row + 1) * kernel.row_bytes)
        self._done[k] += 1
        kept = [row + 1 - self._first(reader, source) for reader, source in self._readers.get(tensor, ())]
        self._rings[tensor] = max([self._rings.get(tensor, 1), *kept])

    def _first(self, reader: int, source: Source) -> int:
        return first_needed(source, self._done[reader])

    def _see_lags(self, written: int) -> None:
        for tensor in self._lags:
            read = min(self._first(k, source) * source.row_bytes for k, source in self._readers[tensor])
            self._lags[tensor] = max(self._lags[tensor], written - read)


def same_rows(source: Source, kernel: RowKernel) -> bool:
    """Return whether the rows of `source` are those that `kernel` makes."""
    return (source.height, source.step) == (kernel.height, kernel.step)


def schedule(kernels: Sequence[RowKernel], roots: Mapping[int, int], kept: Collection[int] = ()) -> Schedule:
    """Return the turns of `kernels`, which are given in an order in which they could also run one by one.

    Args:
        kernels: each of one image.
        roots: for each tensor, the first tensor that has its bytes (see `Lowered.alias`).
        kept: tensors (roots) that are used afterwards too.
    """
    return _Turns(kernels, roots, kept).run()


def roots_of(graph: Graph, lowered: Sequence[Lowered]) -> dict[int, int]:
    """Return for each tensor the first tensor that has its bytes."""
    roots = {tensor.index: tensor.index for tensor in graph.tensors}
    for operator, low in zip(graph.operators, lowered, strict=True):
        if low.alias is not None:
            roots.update(dict.fromkeys(operator.outputs, roots[low.alias]))
    return roots


def turn_kernel(graph: Graph, layer: Layer) -> RowKernel | None:
    """Return the kernel with which `layer` can take turns with others, or None."""
    kernel = layer.rows
    if kernel is None:
        calls = layer.lowered.calls
        kernel = portable.row_kernel(graph, calls[0]) if len(calls) == 1 else None
    if kernel is None or kernel.images != 1:
        return None
    return kernel.summing or kernel


class _Tensors:
    """Where tensors are made and read, counted in layers, and what they take; all by their roots."""

    def __init__(self, graph: Graph, roots: Mapping[int, int], layers: Sequence[Layer]) -> None:
        self.sizes: dict[int, int] = {}
        self.born: dict[int, int] = {}
        self.last: dict[int, int] = {}
        for tensor, root in roots.items():
            if not graph.tensors[tensor].is_constant:
                self.sizes[root] = max(aligned(graph.tensors[tensor].nbytes), self.sizes.get(root, 0))
        variables = tuple(tensor.index for tensor in graph.variables)
        for tensor in (*graph.inputs, *variables):
            self.born[roots[tensor]] = -1
            self.last[roots[tensor]] = -1
        for layer in layers:
            for tensor in layer.operator.outputs:
                self.born[roots[tensor]] = self.last[roots[tensor]] = layer.index
            for tensor in layer.operator.inputs:
                if tensor != -1 and roots[tensor] in self.sizes:
                    self.last[roots[tensor]] = layer.index
        for tensor in (*graph.outputs, *variables):
            self.last[roots[tensor]] = len(layers)

    def within(self, root: int, first: int, last: int) -> bool:
        """Return whether only layers from `first` to `last` use a tensor."""
        return first <= self.born[root] and self.last[root] <= last

    def outside(self, first: int, last: int) -> set[int]:
        """Return the tensors that others than the layers from `first` to `last` use too."""
        return {root for root in self.born if not self.within(root, first, last)}

    def across(self, first: int, last: int) -> list[int]:
        """Return the tensors that are made by layer `last` or before and used by `first` or later."""
        return [root for root, born in self.born.items() if born <= last and self.last[root] >= first]


class Streams:
    """The layers of a graph, and what it costs to let some of them take turns."""

    def __init__(self, graph: Graph, lowered: Sequence[Lowered], layers: Sequence[Layer]) -> None:
        self.layers = layers
        self._graph = graph
        self._turn_kernels = [turn_kernel(graph, layer) for layer in layers]
        self.roots = roots_of(graph, lowered)
        self._tensors = _Tensors(graph, self.roots, layers)
        self._made: dict[tuple[int, int], tuple[Layer, int] | None] = {}

    def stage(self, first: int, last: int) -> tuple[Layer, int] | None:
        """Return the layers from `first` to `last` as one, and about the bytes alive while it runs.

        None where they cannot take turns.
        """
        key = (first, last)
        if key not in self._made:
            self._made[key] = self._stage(first, last)
        return self._made[key]

    def _stage(self, first: int, last: int) -> tuple[Layer, int] | None:
        layers = self.layers[first : last + 1]
        if first == last:
            return layers[0], self._bytes(layers[0], first, last)
        kernels = [kernel for kernel in self._turn_kernels[first : last + 1] if kernel is not None]
        if len(kernels) < len(layers):
            return None
        layer = self._stream(layers, [kernels], sum(layer.lowered.macs for layer in layers))
        return layer, self._bytes(layer, first, last)

    def _bytes(self, layer: Layer, first: int, last: int) -> int:
        rings, homes = (layer.stream.rings, layer.stream.homes) if layer.stream is not None else ({}, {})
        total = layer.scratch_bytes
        for root in self._tensors.across(first, last):
            if root in homes:
                continue
            kept = rings.get(root)
            total += self._tensors.sizes[root] if kept is None else self.ring_bytes(layer, root, kept)
        return total - self._saved(layer, last)

    def ring_bytes(self, layer: Layer, tensor: int, rows: int) -> int:
        """Return the bytes of so many rows of a tensor that is made in a stream."""
        root = self.roots[tensor]
        steps = [p.rows.step for p in layer.parts if p.rows and self.roots[p.rows.output] == root]
        return aligned(rows * max(steps))

    def _saved(self, layer: Layer, last: int) -> int:
        """Return how many bytes the output may share with an input that is not used afterwards."""
        output = self.roots[layer.operator.outputs[0]]
        size, sizes = self._tensors.sizes[output], self._tensors.sizes
        dying = {root: lag for root, lag in self.lags(layer).items() if self._tensors.last[root] == last}
        if layer.stream is None:
            places = layer.rows.in_place if layer.rows is not None else layer.lowered.in_place
            roots = [self.roots[tensor] for tensor in places]
            dying |= {root: 0 for root in roots if self._tensors.last[root] == last and size <= sizes[root]}
        return max((min(size - lag, sizes[root]) for root, lag in dying.items()), default=0)

    def lags(self, layer: Layer) -> Mapping[int, int]:
        """Return how far the output must begin before each tensor that is read: see `Schedule`."""
        if layer.stream is not None:
            return layer.stream.lags
        kernel, calls = layer.rows, layer.lowered.calls
        if kernel is None and len(calls) == 1:
            kernel = portable.reach(self._graph, calls[0])
        return {} if kernel is None or kernel.images > 1 else schedule([kernel], self.roots).lags

    def _stream(
        self,
        layers: Sequence[Layer],
        turns: Sequence[Sequence[RowKernel]],
        macs: int,
        columns: Sequence[range] = (),
    ) -> Layer:
        """Return layers that take turns, and do so several times: for each patch with other kernels."""
        first, last = layers[0].index, layers[-1].index
        outside = self._tensors.outside(first, last)
        made = [schedule(kernels, self.roots, outside) for kernels in turns]
        if any(one.homes != made[0].homes for one in made):
            outside |= set(made[0].rings)  # nothing is written over
            made = [schedule(kernels, self.roots, outside) for kernels in turns]
        rolling = self._rolling(made, turns, first, last)
        kernels = [self._with_window(kernel, rolling) for kernels in turns for kernel in kernels]
        states = [kernel.state_bytes for kernel in kernels]
        places = [sum(states[:k]) if state else sum(states) for k, state in enumerate(states)]
        parts = [layer for _ in turns for layer in layers]
        own = sum(layer.lowered.macs for layer in layers)
        stream = Stream(
            parts=tuple(replace(layer, rows=kernel) for layer, kernel in zip(parts, kernels, strict=True)),
            steps=tuple(p * len(layers) + step for p, one in enumerate(made) for step in one.steps),
            rings={tensor: rolling[root] for tensor, root in self.roots.items() if root in rolling},
            homes=made[0].homes,
            lags=made[0].lags if len(turns) == 1 else {},
            scratch=tuple(places),
            state_bytes=sum(states),
            scratch_bytes=sum(states) + max(kernel.scratch_bytes - kernel.state_bytes for kernel in kernels),
            patches=len(turns),
            columns=tuple(columns),
            recomputed=macs - own,
        )
        label = f"{layers[0].label} to {layers[-1].label}"
        return Layer(first, layers[-1].operator, label, Lowered((), macs), stream=stream)

    def patched(self, first: int, last: int, count: int, narrow: Narrow | None = None) -> tuple[Layer, int] | None:
        """Return the layers from `first` to `last` in so many patches, and about the bytes alive meanwhile.

        Without `narrow`, the kernels are not those of patches: only what they need and cost is right.
        """
        layers = self.layers[first : last + 1]
        kernels = [kernel for kernel in self._turn_kernels[first : last + 1] if kernel is not None]
        if len(kernels) < len(layers) or first == last:
            return None
        patcher = Patcher(self._graph, layers, kernels, self.roots)
        output = self.roots[kernels[-1].output]
        inner = {self.roots[kernel.output] for kernel in kernels} - {output}
        shared = any(not self._tensors.within(root, first, last) for root in inner)
        if not patcher.possible or shared or patcher.width < 2 * count or len(layers) * count > _MOST_PARTS:
            return None
        turns, columns, macs = [], [], 0
        for part in divided(patcher.width, count):
            patch = patcher.patch(part, narrow)
            if patch is None:
                return None
            turns.append([share.kernel for share in patch])
            columns += [share.part for share in patch]
            macs += patcher.macs([share.part for share in patch])
        layer = self._stream(layers, turns, macs, columns)
        return layer, self._bytes(layer, first, last)

    def _with_window(self, kernel: RowKernel, rolling: Mapping[int, int]) -> RowKernel:
        """Return `kernel` with room for its window, where its rows do not lie one after the other."""
        source = kernel.sources[0]
        is_run = self.roots[source.tensor] not in rolling and source.dilation == 1 and not source.pitch
        if is_run or not kernel.window_bytes:
            return kernel
        return replace(kernel, scratch_bytes=aligned(source.taps * source.row_bytes))

    def _rolling(
        self, made: Sequence[Schedule], turns: Sequence[Sequence[RowKernel]], first: int, last: int
    ) -> dict[int, int]:
        """Return the rows that are kept of each tensor that need not be kept whole."""
        most = {root: max(one.rings[root] for one in made) for root in made[0].rings}
        homes = made[0].homes
        rolling = {
            root: rows
            for root, rows in most.items()
            if root not in homes and self._rolls(root, turns[0], first, last, rows, len(turns) > 1)
        }
        for root in reversed(homes):  # those that others lie upon are further behind
            if homes[root] in rolling:
                rolling[root] = rolling[homes[root]]
        return rolling

    def _rolls(
        self, root: int, kernels: Sequence[RowKernel], first: int, last: int, rows: int, narrow: bool
    ) -> bool:
        """Return whether a tensor that is made between the layers need not be kept whole."""
        if root == self.roots[kernels[-1].output] or not self._tensors.within(root, first, last):
            return False
        (maker,) = (kernel for kernel in kernels if self.roots[kernel.output] == root)
        sources = [s for kernel in kernels for s in kernel.sources if self.roots[s.tensor] == root]
        alike = all(same_rows(source, maker) for source in sources)
        return narrow or (rows < maker.height and alike)


def _cheapest(count: int, costs: Callable[[int, int], int | None], join: Callable[[int, int], int]) -> list[int]:
    """Return where each stage begins, of the division of `count` layers that costs least.

    Args:
        count: layers.
        costs: of a stage from one layer to another, or None where they make no stage.
        join: the cost of all layers up to one, from that of those before the last stage and of the last stage.
    """
    best: dict[int, tuple[int, list[int]]] = {0: (0, [])}  # by the layers before the next stage
    for last in range(count):
        found = []
        for first in range(last, max(-1, last - _LONGEST), -1):
            cost = costs(first, last) if first in best else None
            if cost is not None:
                before, begins = best[first]
                found.append((join(before, cost), [*begins, first]))
        if found:
            best[last + 1] = min(found, key=lambda division: division[0])
    return best[count][1]


def _stages(streams: Streams) -> list[Layer]:
    """Return the layers divided into the stages with the smallest peak, and of those with the fewest streams."""
    count = len(streams.layers)

    def live(first: int, last: int) -> int | None:
        made = streams.stage(first, last)
        return None if made is None else made[1]

    def ends(begins: Sequence[int]) -> list[tuple[int, int]]:
        return [(first, after - 1) for first, after in pairwise([*begins, count])]

    peak = max(live(*stage) or 0 for stage in ends(_cheapest(count, live, max)))

    def streamed(first: int, last: int) -> int | None:
        made = live(first, last)
        return None if made is None or made > peak else (last - first + 1 if first < last else 0)

    found = [streams.stage(*stage) for stage in ends(_cheapest(count, streamed, add))]
    return [made[0] for made in found if made is not None]


def _demands(graph: Graph, streams: Streams, stages: Sequence[Layer], whole: bool) -> Demands:
    """Return what `stages` ask of the arena; with `whole`, nothing lies upon what is read."""
    time_of = {part.operator.index: time for time, layer in enumerate(stages) for part in layer.parts}
    times, time = [], 0
    for index in range(len(graph.operators)):
        time = time_of.get(index, time)  # what only renames bytes belongs to the stage before it
        times.append(time)
    rings = [(layer, root, rows) for layer in stages if layer.stream for root, rows in layer.stream.rings.items()]
    scratch = {time: layer.scratch_bytes for time, layer in enumerate(stages) if layer.scratch_bytes}
    if whole:
        return Demands(tuple(times), scratch=scratch)
    scratch_lags = {
        (time, streams.roots[layer.rows.sources[0].tensor]): layer.rows.scratch_lag
        for time, layer in enumerate(stages)
        if layer.rows is not None and layer.rows.scratch_lag is not None
    }
    return Demands(
        times=tuple(times),
        sizes={tensor: streams.ring_bytes(layer, tensor, rows) for layer, tensor, rows in rings},
        lags={
            (layer.operator.outputs[0], read): lag for layer in stages for read, lag in streams.lags(layer).items()
        },
        scratch=scratch,
        scratch_lags=scratch_lags,
    )


def _in_place(stages: Sequence[Layer], lowered: Sequence[Lowered]) -> list[Lowered]:
    """Return `lowered` with the inputs that the kernels of `stages` may write over."""
    found = list(lowered)
    for layer in stages:
        for part in layer.parts:
            index = part.operator.index
            if layer.stream is not None:
                given = layer.stream.homes.items()
                in_place = tuple(tensor for tensor, home in given if home in part.operator.outputs)
                found[index] = replace(found[index], in_place=in_place)
            elif layer.rows is not None:
                found[index] = replace(found[index], in_place=layer.rows.in_place)
    return found


def _within(streams: Streams, most: int, narrow: Narrow) -> list[Layer] | None:
    """Return stages that need about `most` bytes or less with the fewest products computed twice, or None."""
    made: dict[tuple[int, int], tuple[int, int]] = {}

    def recomputed(first: int, last: int) -> int | None:
        for count in (1, *_PATCHES):
            found = streams.stage(first, last) if count == 1 else streams.patched(first, last, count)
            if found is not None and found[1] <= most:
                made[first, last] = count, 0 if found[0].stream is None else found[0].stream.recomputed
                return made[first, last][1]
        return None

    count = len(streams.layers)
    try:
        begins = _cheapest(count, recomputed, add)
    except KeyError:  # no division is small enough
        return None
    stages = []
    for first, after in pairwise([*begins, count]):
        patches, _ = made[first, after - 1]
        found = (
            streams.patched(first, after - 1, patches, narrow) if patches > 1 else streams.stage(first, after - 1)
        )
        if found is None:
            return None
        stages.append(found[0])
    return stages


def arrange(
    graph: Graph,
    lowered: Sequence[Lowered],
    layers: Sequence[Layer],
    whole: bool = False,
    most: int | None = None,
    narrow: Narrow | None = None,
) -> tuple[tuple[Layer, ...], MemoryPlan]:
    """Return layers of which some take turns where that makes the arena smaller, and the arena's layout.

    Args:
        graph: the model.
        lowered: its operators.
        layers: one for each operator that computes something, with their row kernels.
        whole: let every layer run alone.
        most: the bytes that the arena may have, for which rows may be computed in patches; None for no limit.
            Where no plan is as small, it is exceeded.
        narrow: emits kernels of patches.
    """
    streams = Streams(graph, lowered, layers)

    def planned(stages: Sequence[Layer]) -> tuple[Sequence[Layer], MemoryPlan]:
        return stages, plan_memory(graph, _in_place(stages, lowered), _demands(graph, streams, stages, whole))

    best, memory = planned(list(layers))
    if not whole:
        best, memory = min((best, memory), planned(_stages(streams)), key=lambda made: made[1].arena_bytes)
    limit = most
    while narrow is not None and most is not None and limit is not None and memory.arena_bytes > most:
        stages = _within(streams, limit, narrow)
        if stages is None:
            break
        best, memory = min((best, memory), planned(stages), key=lambda made: made[1].arena_bytes)
        limit -= max(_WORDS, limit // 32)  # buffers may not fit as closely as they were counted
    return tuple(replace(layer, index=i) for i, layer in enumerate(best)), memory

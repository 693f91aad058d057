"""Patches: layers that take turns for some columns of their last output, and then for the next ones.

Rings are as many times narrower as there are patches. What windows reach beyond a patch is computed once more for
the next one: that is the price, and only a limit of RAM is worth it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tinyml.graph import Graph
from tinyml.ops import KernelCall
from tinyml.plan.columns import Columns, call_for, columns_of
from tinyml.plan.layer import Layer
from tinyml.plan.rows import RowKernel, Source

# Emits the kernel of a layer for a call with fewer columns, whose rows begin at words or do not; None where there
# is none.
Narrow = Callable[[Layer, KernelCall, int, bool], RowKernel | None]
_WORD = 4


@dataclass(frozen=True)
class Patch:
    """One layer's share of a patch.

    Attributes:
        kernel: how it is computed.
        part: the output's columns.
    """

    kernel: RowKernel
    part: range


class Patcher:
    """Layers of a segment with the columns that each of them computes.

    Args:
        graph: the model.
        layers: in order; the output of the last one is what is divided.
        kernels: with which the layers take turns.
        roots: for each tensor, the first that has its bytes.
    """

    def __init__(
        self, graph: Graph, layers: Sequence[Layer], kernels: Sequence[RowKernel], roots: Mapping[int, int]
    ) -> None:
        self._graph, self._layers, self._kernels, self._roots = graph, layers, kernels, roots
        self._calls = [layer.lowered.calls[0] for layer in layers]
        found = [columns_of(graph, call) for call in self._calls]
        self._columns: list[Columns] = [columns for columns in found if columns is not None]
        simple = all(kernel.repeats == kernel.images == 1 for kernel in kernels)
        self.possible = simple and len(self._columns) == len(layers)

    @property
    def width(self) -> int:
        """The columns of the last output."""
        return self._columns[-1].width

    def _parts(self, last: range) -> list[range]:
        """Return the columns that each layer computes, given those of the last one."""
        wanted = {self._roots[self._kernels[-1].output]: last}
        parts: list[range] = []
        for kernel, columns in zip(reversed(self._kernels), reversed(self._columns), strict=True):
            part = wanted.get(self._roots[kernel.output], range(1))
            parts.append(part)
            needed = columns.needed(part)
            for source in kernel.sources:
                known = wanted.get(self._roots[source.tensor], needed)
                both = range(min(known.start, needed.start), max(known.stop, needed.stop))
                wanted[self._roots[source.tensor]] = both
        return parts[::-1]

    def patch(self, last: range, narrow: Narrow | None) -> list[Patch] | None:
        """Return the layers' shares for the columns `last`, or None where a layer has no kernel for its share.

        Without `narrow`, kernels stay those of whole rows: enough to see how many bytes are kept.
        """
        parts = self._parts(last)
        made = dict(zip((self._roots[kernel.output] for kernel in self._kernels), parts, strict=True))
        found = []
        for k, part in enumerate(parts):
            kernel = self._narrowed(k, part, made, narrow)
            if kernel is None:
                return None
            found.append(Patch(kernel, part))
        return found

    def _narrowed(self, k: int, part: range, made: Mapping[int, range], narrow: Narrow | None) -> RowKernel | None:
        kernel, columns = self._kernels[k], self._columns[k]
        needed = columns.needed(part)
        sources = tuple(self._source(source, columns, needed, made) for source in kernel.sources)
        pixel = kernel.row_bytes // columns.width
        is_last = k == len(self._kernels) - 1
        offset, pitch = (part.start * pixel, kernel.row_bytes) if is_last else (0, 0)
        aligned = all(source.offset % _WORD == source.step % _WORD == 0 for source in sources)
        if narrow is not None:
            call = call_for(self._graph, self._calls[k], part)
            own = narrow(self._layers[k], call, len(part), aligned and offset % _WORD == 0)
            if own is None:
                return None
            kernel = own
        made_row = replace(kernel, sources=sources, row_bytes=len(part) * pixel, offset=offset, pitch=pitch)
        # The last output's rows lie further apart than those of any other tensor.
        return replace(made_row, in_place=()) if is_last else made_row

    def _source(self, source: Source, columns: Columns, needed: range, made: Mapping[int, range]) -> Source:
        pixel = source.row_bytes // columns.input_width
        kept = made.get(self._roots[source.tensor], range(columns.input_width))
        return replace(
            source,
            row_bytes=len(needed) * pixel,
            offset=(needed.start - kept.start) * pixel,
            pitch=len(kept) * pixel,
        )

    def macs(self, parts: Sequence[range]) -> int:
        """Return the multiply-accumulates of the layers for these columns of their outputs."""
        shares = zip(self._layers, parts, self._columns, strict=True)
        return sum(layer.lowered.macs * len(part) // columns.width for layer, part, columns in shares)


def divided(width: int, count: int) -> list[range]:
    """Return `count` parts of `width` columns, as equal as they can be."""
    return [range(k * width // count, (k + 1) * width // count) for k in range(count)]

"""A layer: what one entry of the generated model computes, whole or together with others row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tinyml.graph import Operator
from tinyml.ops import Constant, Lowered
from tinyml.plan.rows import RowKernel


@dataclass(frozen=True)
class Stream:
    """Layers that compute their rows in turn, so that of a tensor between them only some rows are ever kept.

    Row y of such a tensor lies at place y modulo the number of rows that are kept.

    Attributes:
        parts: the layers, each with a specialised kernel.
        steps: which of `parts` makes its next call, in order.
        rings: the rows that are kept of a tensor, by its index; tensors that are not named are kept whole.
        homes: the tensors whose rows are overwritten by the rows of another that are made from them, and that one.
        lags: by how many bytes the output must begin before each tensor that is only read, to lie upon it.
        scratch: where in the stream's scratch each part's begins.
        state_bytes: the bytes at the scratch's beginning that are zero before the first step.
        scratch_bytes: all bytes of the scratch.
        patches: how often the layers take turns, each time for other columns of the output; `parts` are as many
            times the layers.
        recomputed: multiply-accumulates of columns that more than one patch computes.
        columns: those of the output that each part computes, where there is more than one patch.
    """

    parts: tuple["Layer", ...]
    steps: tuple[int, ...]
    rings: Mapping[int, int]
    homes: Mapping[int, int]
    lags: Mapping[int, int]
    scratch: tuple[int, ...]
    state_bytes: int
    scratch_bytes: int
    patches: int = 1
    recomputed: int = 0
    columns: tuple[range, ...] = ()

    def written(self, part: int, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Return what a part writes, in the order in which it does, of the `values` of its output."""
        if not self.columns:
            return values.reshape(-1)
        height, width, channels = values.shape[-3:]
        columns = self.columns[part]
        return values.reshape(height, width, channels)[:, columns.start : columns.stop].reshape(-1)


@dataclass(frozen=True)
class Layer:
    """Operators that compute something on the device; one that only renames bytes is no layer.

    Attributes:
        index: its place among the layers, counted from 0.
        operator: the operator of the graph, of a stream the last one.
        label: the name that users know it by.
        lowered: its kernel calls.
        rows: the kernel that computes it row by row instead of those calls, or None.
        stream: the layers that it is made of, row by row, or None.
    """

    index: int
    operator: Operator
    label: str
    lowered: Lowered
    rows: RowKernel | None = field(default=None)
    stream: Stream | None = field(default=None)

    @property
    def parts(self) -> tuple["Layer", ...]:
        """The layers of a stream, or the layer itself."""
        return (self,) if self.stream is None else self.stream.parts

    @property
    def kernels(self) -> tuple[str, ...]:
        """The names of what computes it: specialised kernels, or the portable kernels of its calls."""
        if self.stream is not None:
            return tuple(name for part in self.parts for name in part.kernels)
        if self.rows is not None and self.rows.function is not None:
            return (self.rows.function.name,)
        return self.portable

    @property
    def portable(self) -> tuple[str, ...]:
        """The names of the portable kernels that it calls."""
        if self.stream is not None:
            return tuple(name for part in self.parts for name in part.portable)
        if self.rows is None:
            return tuple(call.kernel for call in self.lowered.calls)
        return () if self.rows.call is None else (self.rows.call.kernel,)

    @property
    def constants(self) -> tuple[Constant, ...]:
        """The weights, biases and requantization tables of the layer."""
        if self.stream is not None:
            return tuple(constant for part in self.parts for constant in part.constants)
        if self.rows is not None and self.rows.function is not None:
            return () if self.rows.constants is None else (self.rows.constants,)
        pointers = (p for call in self.lowered.calls for p in call.pointers)
        return tuple(p for p in pointers if isinstance(p, Constant) and not p.lookup)

    @property
    def scratch_bytes(self) -> int:
        """The bytes of the arena that it needs beside its tensors."""
        if self.stream is not None:
            return self.stream.scratch_bytes
        return 0 if self.rows is None else self.rows.scratch_bytes

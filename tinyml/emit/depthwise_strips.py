"""DEPTHWISE_CONV_2D with a depth multiplier of 1 for the DSP extension, one row of outputs a call.

For one channel, the sums of a strip of neighbouring outputs are in registers while its taps go by, two in each
multiply-accumulate (depthwise_taps.py). Inputs are loaded as bytes and joined by PKHBT; nothing is kept between
calls. The zero point is worked into the bias, so that padding counts as inputs of that value.

    r1  output, at the channel      r2  the channel's constants
    r0 r3 - r12 lr, the lowest first:
        weights of the pass | its row pointers | inputs, two registers a column | ... | sums of the strip

The bias arrives in the highest register, that of the sum which begins last; the others begin from there, but for
those that have a bias of their own. Row
pointers are kept as distances from the output, so that one pointer moves from channel to channel. The loops:
strips, of which equal ones share their instructions, and in them channels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinyml.emit.depthwise_rows import load_rows, pair_of
from tinyml.emit.depthwise_taps import Column, Pass, Row, Step, Strip, passes, strips
from tinyml.emit.epilogue import Epilogue
from tinyml.emit.listing import Listing
from tinyml.plan import thumb

_REGISTERS = ("r0", *(f"r{i}" for i in range(3, 13)), "lr")
_INPUTS = 2  # registers for the inputs of a column
_MOST_OUTPUTS = 7
_MOST_CODE = 3072  # bytes
_SHORT_CYCLES = 1.25  # times the least, of a schedule with shorter code
_LOAD_REACH = 4095  # of an offset in LDRSB and STRB


@dataclass(frozen=True)
class Schedule:
    """How a row is computed.

    Attributes:
        row: the row.
        passes: over each strip.
        groups: the strips; those of a group are done by the same instructions.
        edges: the outputs with taps in the padding that have a bias of their own, with the padding's part in it.
    """

    row: Row
    passes: tuple[Pass, ...]
    groups: tuple[tuple[Strip, ...], ...]
    edges: tuple[int, ...] = ()

    @property
    def half_free(self) -> bool:
        """Whether the last word of weights has a half that holds none."""
        return self.passes[-1].words[-1][1] is None

    @property
    def pads_in_output(self) -> bool:
        """Whether the output can be the row of padding: a channel of it is written when it was read whole."""
        row, first = self.row, self.groups[0][0]
        whole = first.outputs == row.outputs >= row.width
        return whole and row.outputs * row.channels % 8 == 0

    @property
    def scratch_bytes(self) -> int:
        """Bytes for a row of padding."""
        return 0 if self.pads_in_output else self.row.padding_bytes


def find_schedule(
    row: Row, epilogue: Epilogue, edges: bool = False, compact: bool = False, short: bool = False
) -> tuple[Schedule, Epilogue] | None:
    """Return the fastest schedule and its epilogue, or None where registers, offsets or code would be too many.

    Args:
        row: the row.
        epilogue: how sums become outputs.
        edges: whether outputs with taps in the padding may have a bias of their own where one strip is the row. It
            spares the padding's steps, for 4 bytes a channel and output.
        compact: whether constants should be few, at some instructions a channel.
        short: whether the code should be short, at up to a quarter more cycles.
    """
    found = []
    for outputs in range(1, min(_MOST_OUTPUTS, row.outputs) + 1):
        schedule = _schedule(row, outputs, epilogue, edges, compact)
        if schedule is not None:
            ending = epilogue.shortened() if compact and schedule.half_free else epilogue
            listing = Listing()
            write(listing, schedule, ending)
            if listing.code_bytes <= _MOST_CODE:
                found.append((listing.cycles, outputs, schedule, ending, thumb.size(listing.body)))
    if not found:
        return None
    if short:
        most = min(candidate[0] for candidate in found) * _SHORT_CYCLES
        found = [min((c for c in found if c[0] <= most), key=lambda candidate: candidate[4])]
    return min(found, key=lambda candidate: candidate[:2])[2:4]


def _schedule(row: Row, outputs: int, epilogue: Epilogue, edges: bool, compact: bool) -> Schedule | None:
    free = len(_REGISTERS) - outputs
    if free < max(epilogue.registers, 2 + _INPUTS + 1):
        return None
    of = passes(row, outputs, free - _INPUTS - 2, free - _INPUTS - 1, compact)
    all_strips = strips(row, outputs, of)
    if max(max(s.reach, s.outputs - 1) for s in all_strips) * row.channels > _LOAD_REACH:
        return None
    groups: list[list[Strip]] = []
    for strip in all_strips:
        if groups and strip.like(groups[-1][0]):
            groups[-1].append(strip)
        else:
            groups.append([strip])
    padded = {step.output for steps in all_strips[0].padding for step in steps}
    own = tuple(sorted(padded)) if edges and len(all_strips) == 1 else ()
    return Schedule(row, of, tuple(map(tuple, groups)), own)


def constants(
    schedule: Schedule, weights: npt.NDArray[np.int64], bias: npt.NDArray[np.int64], epilogue: Epilogue
) -> npt.NDArray[np.int32]:
    """Return what the kernel reads, [channels, words]: weights by pass, biases after those of the first one.

    Args:
        schedule: what reads it.
        weights: [rows, taps, channels].
        bias: [channels].
        epilogue: how sums become outputs.
    """
    row, scaled = schedule.row, weights * epilogue.scales
    begins = [bias - row.zero_point * _weights_inside(row, weights, output) for output in schedule.edges]
    if len(schedule.edges) < row.outputs:
        begins.append(bias - row.zero_point * weights.sum((0, 1)))
    unused = np.zeros_like(bias) if epilogue.halves is None else epilogue.halves
    columns = []
    for i, part in enumerate(schedule.passes):
        for bottom, top in part.words:
            upper = scaled[top] if top is not None else unused
            columns.append(scaled[bottom] & 0xFFFF | (upper & 0xFFFF) << 16)
        if i == 0:
            columns.extend(begin * epilogue.scales for begin in begins)
    words = np.stack(columns, 1) & 0xFFFFFFFF
    return np.concatenate([words.astype(np.uint32).view(np.int32), epilogue.constants], 1)


def _weights_inside(row: Row, weights: npt.NDArray[np.int64], output: int) -> npt.NDArray[np.int64]:
    """Return the sum of each channel's weights that an output takes for columns inside the input."""
    first = row.first_column(output)
    taps = [x for x in range(row.taps) if row.inside(first + x * row.dilation)]
    inside: npt.NDArray[np.int64] = weights[:, taps].sum((0, 1))
    return inside


def write(listing: Listing, schedule: Schedule, epilogue: Epilogue) -> None:
    """Write the kernel.

    Arguments of the function: row pointers (null in the padding), output, scratch, constants.
    """
    _Emitter(listing, schedule, epilogue).run()


class _Emitter:
    """Writes the kernel; distances of rows and ends of loops lie on the stack."""

    def __init__(self, listing: Listing, schedule: Schedule, epilogue: Epilogue) -> None:
        self._asm = listing
        self._schedule = schedule
        self._row = schedule.row
        self._epilogue = epilogue
        self._channels_end, self._constants, self._strips_end = (4 * (self._row.rows + i) for i in range(3))
        self._frame = 4 * (self._row.rows + 3)

    def run(self) -> None:
        asm, channels = self._asm, self._row.channels
        asm("push {r4-r11, lr}", f"sub sp, #{self._frame}")
        if self._row.padded_rows and self._schedule.pads_in_output:
            asm("mov r2, r1")
        load_rows(asm, self._row, lambda i: asm(f"str r4, [sp, #{4 * i}]"))
        asm(f"str r3, [sp, #{self._constants}]", "mov r2, r3")
        self._store_sum(channels, self._channels_end)
        before: Strip | None = None
        for i, group in enumerate(self._schedule.groups):
            if before is not None:
                self._to_strip(before, group[0])
            if len(group) == 1:
                self._channels(group[0], f"1{i}")
            else:
                self._loop(group, i)
            before = group[-1]
        asm(f"add sp, #{self._frame}", "pop {r4-r11, pc}")

    def _store_sum(self, distance: int, slot: int) -> None:
        self._asm("mov r5, r1")
        self._asm.move("r5", distance)
        self._asm(f"str r5, [sp, #{slot}]")

    def _loop(self, group: Sequence[Strip], number: int) -> None:
        asm, channels, outputs = self._asm, self._row.channels, group[0].outputs
        self._store_sum(channels * (1 + (len(group) - 1) * outputs), self._strips_end)
        asm.begin(len(group), f"2{number}")
        self._channels(group[0], f"1{number}")
        asm(f"ldr r3, [sp, #{self._strips_end}]", "cmp r1, r3", f"beq 3{number}f")
        self._to_strip(group[0], group[1])
        asm(f"b 2{number}b")
        asm.end()
        asm.mark(f"3{number}")

    def _to_strip(self, before: Strip, after: Strip) -> None:
        """Go on from the end of one strip's channels to another strip's first channel."""
        asm, channels = self._asm, self._row.channels
        asm.move("r1", (before.outputs - 1) * channels)
        self._store_sum(channels, self._channels_end)
        asm(f"ldr r2, [sp, #{self._constants}]")
        distance = (after.anchor - before.anchor - before.outputs) * channels
        for i in range(self._row.rows if distance else 0):
            asm(f"ldr r5, [sp, #{4 * i}]")
            asm.move("r5", distance)
            asm(f"str r5, [sp, #{4 * i}]")

    def _channels(self, strip: Strip, label: str) -> None:
        asm, channels = self._asm, self._row.channels
        sums = self._sums(strip)
        free = _REGISTERS[: -strip.outputs]
        begun = set(self._schedule.edges)
        asm.begin(channels, label)
        for i, part in enumerate(self._schedule.passes):
            self._pass(part, strip.padding[i], strip.columns[i], sums, free, begun)
        last_word = free[len(self._schedule.passes[-1].words) - 1]
        self._epilogue.emit(asm, [sums[i] for i in range(strip.outputs)], free, last_word)
        asm(*(f"strb {sums[i]}, [r1, #{i * channels}]" for i in range(1, strip.outputs)))
        asm(f"strb {sums[0]}, [r1], #1")
        asm(f"ldr r3, [sp, #{self._channels_end}]", "cmp r1, r3", f"bne {label}b")
        asm.end()

    def _sums(self, strip: Strip) -> dict[int, str]:
        """Return the registers of the sums: below all others those of edges, as their biases lie; the highest for
        the one that begins last.
        """
        order = [*self._schedule.edges, *(o for o in strip.order if o not in self._schedule.edges)]
        return dict(zip(order, _REGISTERS[-strip.outputs :], strict=True))

    def _pass(
        self,
        part: Pass,
        padding: Sequence[Step],
        columns: Sequence[Column],
        sums: dict[int, str],
        free: Sequence[str],
        begun: set[int],
    ) -> None:
        asm, row = self._asm, self._row
        words, rest = free[: len(part.words)], free[len(part.words) :]
        pointers, inputs = rest[: len(part.rows)], rest[len(part.rows) :]
        loaded = list(words)
        if part is self._schedule.passes[0]:
            loaded += [sums[output] for output in self._schedule.edges]
            loaded += [_REGISTERS[-1]] if len(begun) < len(sums) else []
        asm(f"ldm r2!, {{{', '.join(loaded)}}}" if len(loaded) > 1 else f"ldr {loaded[0]}, [r2], #4")

        def add(steps: Sequence[Step], register: str) -> None:
            for step in steps:
                total = sums[step.output]
                begin = total if step.output in begun else _REGISTERS[-1]
                begun.add(step.output)
                asm(f"{step.operation} {total}, {register}, {words[step.word]}, {begin}")

        if padding and not self._schedule.edges:
            asm(pair_of(row.zero_point, inputs[0]))
            add(padding, inputs[0])
        if not columns:
            return
        self._load_pointers(part, pointers)
        together = max(1, len(inputs) // 2)
        for begin in range(0, len(columns), together):
            batch = columns[begin : begin + together]
            places = [inputs[2 * i : 2 * i + 2] for i in range(len(batch))]
            for column, registers in zip(batch, places, strict=True):
                self._load(column, pointers, registers)
            for column, (first, second) in zip(batch, places, strict=True):
                if len(pointers) == 2 or len(column.places) == 2:
                    asm(f"pkhbt {first}, {first}, {second}, lsl #16")
                add(column.steps, first)

    def _load_pointers(self, part: Pass, pointers: Sequence[str]) -> None:
        load = "ldrd" if len(pointers) == 2 else "ldr"
        self._asm(f"{load} {', '.join(pointers)}, [sp, #{4 * part.rows[0]}]")
        self._asm(*(f"add {pointer}, r1" for pointer in pointers))

    def _load(self, column: Column, pointers: Sequence[str], registers: Sequence[str]) -> None:
        """Load a column's inputs: one of each row, or one or two neighbours of the last row."""
        asm, channels = self._asm, self._row.channels
        if len(pointers) == 2:
            sources = [(pointer, column.places[0]) for pointer in pointers]
        else:
            sources = [(pointers[0], place) for place in column.places]
        for register, (pointer, place) in zip(registers, sources, strict=False):
            asm(f"ldrsb {register}, [{pointer}, #{place * channels}]")

"""DEPTHWISE_CONV_2D with a depth multiplier of 1 for the DSP extension, four channels of one output at a time.

For windows and rows that are too narrow for strips of outputs (depthwise_strips.py): a word holds four channels of
a pixel. Two taps are two words [a0 a1 a2 a3] and [b0 b1 b2 b3]; PKHBT and PKHTB make [a0 a1 b0 b1] and
[a2 a3 b2 b3] of them, and SXTB16 the pairs (a0, b0), (a1, b1), (a2, b2), (a3, b3) that SMLAD takes.

    r1  output, at the channels     r0 r3 - r5   the taps' words and pairs     r10 - r12 lr  sums
    r2  the channels' constants     r6 - r9      weights

Distances from the output to each tap's input lie on the stack, two taps together. The loops: outputs, of which
neighbours with the same taps in the padding share their instructions, and in them channels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinyml.emit.depthwise_rows import load_rows, pair_of
from tinyml.emit.depthwise_taps import Row
from tinyml.emit.epilogue import Epilogue
from tinyml.emit.listing import Listing

_PAIRS = ("r0", "r3", "r4", "r5")
_WEIGHTS = ("r6", "r7", "r8", "r9")
_SUMS = ("r10", "r11", "r12", "lr")
_CHANNELS = 4
_MOST_TAPS = 200  # LDRD reaches 1020 bytes of the stack


@dataclass(frozen=True)
class Words:
    """How a row is computed.

    Attributes:
        row: the row.
        inside: for each group of neighbouring outputs: how many they are, and for each column of the window
            whether it is inside the input.
    """

    row: Row
    inside: tuple[tuple[int, tuple[bool, ...]], ...]

    @property
    def taps(self) -> list[tuple[int, int]]:
        """The window's taps, pairs of which are taken together: below each other, the last row's side by side."""
        row = self.row
        below = [(y + i, x) for y in range(0, row.rows - 1, 2) for x in range(row.taps) for i in (0, 1)]
        return below + [(row.rows - 1, x) for x in range(row.taps if row.rows % 2 else 0)]


def find_words(row: Row) -> Words | None:
    """Return how the row is computed, or None where channels do not come in fours or taps are too many."""
    if row.channels % _CHANNELS or row.rows * row.taps > _MOST_TAPS:
        return None
    groups: list[tuple[int, tuple[bool, ...]]] = []
    for output in range(row.outputs):
        inside = tuple(row.inside(row.first_column(output) + x * row.dilation) for x in range(row.taps))
        if groups and groups[-1][1] == inside:
            groups[-1] = (groups[-1][0] + 1, inside)
        else:
            groups.append((1, inside))
    return Words(row, tuple(groups))


def constants(
    words: Words, weights: npt.NDArray[np.int64], bias: npt.NDArray[np.int64], epilogue: Epilogue
) -> npt.NDArray[np.int32]:
    """Return what the kernel reads, [channels / 4, words]: biases, weights by pair of taps, and the epilogue's.

    Args:
        words: what reads it.
        weights: [rows, taps, channels].
        bias: [channels].
        epilogue: how sums become outputs.
    """
    scaled = weights * epilogue.scales
    sums = weights.sum(axis=(0, 1))
    parts = [(bias - words.row.zero_point * sums) * epilogue.scales]
    taps = words.taps
    for first, second in zip(taps[::2], taps[1::2], strict=False):
        parts.append(_packed(scaled[first], scaled[second]))
    if len(taps) % 2:
        last = scaled[taps[-1]]
        parts.append(_packed(last[0::2], last[1::2]))
    groups = weights.shape[2] // _CHANNELS
    blocks = [part.reshape(groups, -1) for part in parts]
    packed = (np.concatenate(blocks, 1) & 0xFFFFFFFF).astype(np.uint32).view(np.int32)
    return np.concatenate([packed, epilogue.constants.reshape(groups, -1)], 1)


def _packed(bottom: npt.NDArray[np.int64], top: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return bottom & 0xFFFF | (top & 0xFFFF) << 16


def write(listing: Listing, words: Words, epilogue: Epilogue) -> None:
    """Write the kernel.

    Arguments of the function: row pointers (null in the padding), output, scratch, constants.
    """
    _Emitter(listing, words, epilogue).run()


class _Emitter:
    """Writes the kernel; distances of taps and ends of loops lie on the stack."""

    def __init__(self, listing: Listing, words: Words, epilogue: Epilogue) -> None:
        self._asm = listing
        self._words = words
        self._row = words.row
        self._taps = words.taps
        self._epilogue = epilogue
        self._channels_end, self._constants, self._outputs_end = (4 * (len(self._taps) + i) for i in range(3))
        self._frame = 4 * (len(self._taps) + 3)

    def run(self) -> None:
        asm, groups = self._asm, self._words.inside
        asm("push {r4-r11, lr}")
        asm.move("sp", -self._frame)
        load_rows(asm, self._row, self._keep_distances)
        asm(f"str r3, [sp, #{self._constants}]", "mov r2, r3")
        self._store_sum(self._row.channels, self._channels_end)
        for i, (outputs, inside) in enumerate(groups):
            if outputs > 1:
                self._store_sum(outputs * self._row.channels, self._outputs_end)
                asm.begin(outputs, f"2{i}")
            self._output(inside, f"1{i}")
            if outputs > 1 or i < len(groups) - 1:
                self._to_next_output()
            if outputs > 1:
                asm(f"ldr r3, [sp, #{self._outputs_end}]", "cmp r1, r3", f"bne 2{i}b")
                asm.end()
        asm.move("sp", self._frame)
        asm("pop {r4-r11, pc}")

    def _keep_distances(self, y: int) -> None:
        """Keep the distances of a row's taps; r4 holds the row's."""
        asm, row = self._asm, self._row
        for i, (of_row, x) in enumerate(self._taps):
            if of_row == y:
                asm("mov r5, r4")
                asm.move("r5", (row.first_column(0) + x * row.dilation) * row.channels)
                asm(f"str r5, [sp, #{4 * i}]")

    def _store_sum(self, distance: int, slot: int) -> None:
        self._asm("mov r5, r1")
        self._asm.move("r5", distance)
        self._asm(f"str r5, [sp, #{slot}]")

    def _to_next_output(self) -> None:
        asm, row = self._asm, self._row
        self._store_sum(row.channels, self._channels_end)
        asm(f"ldr r2, [sp, #{self._constants}]")
        for i in range(len(self._taps) if row.stride > 1 else 0):
            asm(f"ldr r5, [sp, #{4 * i}]")
            asm.move("r5", (row.stride - 1) * row.channels)
            asm(f"str r5, [sp, #{4 * i}]")

    def _output(self, inside: tuple[bool, ...], label: str) -> None:
        asm = self._asm
        asm.begin(self._row.channels // _CHANNELS, label)
        asm(f"ldm r2!, {{{', '.join(_SUMS)}}}")
        for first in range(0, len(self._taps) - 1, 2):
            self._pair(first, [inside[x] for _, x in self._taps[first : first + 2]])
        if len(self._taps) % 2:
            self._single(len(self._taps) - 1, inside[self._taps[-1][1]])
        for total in _SUMS:
            self._epilogue.emit(asm, [total], _PAIRS)
        asm(*(f"strb {total}, [r1, #{i}]" for i, total in enumerate(_SUMS) if i), f"strb {_SUMS[0]}, [r1], #4")
        asm(f"ldr r3, [sp, #{self._channels_end}]", "cmp r1, r3", f"bne {label}b")
        asm.end()

    def _pair(self, tap: int, inside: Sequence[bool]) -> None:
        """Add two neighbouring taps, each inside the input or in the padding."""
        asm, zero_point = self._asm, self._row.zero_point
        asm(f"ldm r2!, {{{', '.join(_WEIGHTS)}}}")
        if not any(inside):
            asm(pair_of(zero_point, "r0"))
            asm(*(f"smlad {total}, r0, {w}, {total}" for total, w in zip(_SUMS, _WEIGHTS, strict=True)))
            return
        for i, register in enumerate(("r0", "r3")):
            if inside[i]:
                asm(f"ldr {register}, [sp, #{4 * (tap + i)}]", f"ldr {register}, [{register}, r1]")
            else:
                asm(f"mov {register}, #0x{(zero_point & 0xFF) * 0x01010101:08x}")
        asm("pkhbt r4, r0, r3, lsl #16", "pkhtb r5, r3, r0, asr #16")
        asm("sxtb16 r0, r4", "sxtb16 r3, r4, ror #8", "sxtb16 r4, r5", "sxtb16 r5, r5, ror #8")
        for total, pair, word in zip(_SUMS, _PAIRS, _WEIGHTS, strict=True):
            asm(f"smlad {total}, {pair}, {word}, {total}")

    def _single(self, tap: int, inside: bool) -> None:
        """Add the last tap: even channels are in r3, odd ones in r4; a word holds the weights of two channels."""
        asm, (first, second) = self._asm, _WEIGHTS[:2]
        asm(f"ldm r2!, {{{first}, {second}}}")
        if inside:
            asm(f"ldr r0, [sp, #{4 * tap}]", "ldr r0, [r0, r1]", "sxtb16 r3, r0", "sxtb16 r4, r0, ror #8")
        else:
            asm(pair_of(self._row.zero_point, "r3"), "mov r4, r3")
        c0, c1, c2, c3 = _SUMS
        asm(f"smlabb {c0}, r3, {first}, {c0}", f"smlabt {c1}, r4, {first}, {c1}")
        asm(f"smlatb {c2}, r3, {second}, {c2}", f"smlatt {c3}, r4, {second}, {c3}")

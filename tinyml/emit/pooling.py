"""AVERAGE_POOL_2D and MEAN over pixels for the DSP extension: sums of two channels in one register.

A pass sums 16, 8 or 4 channels of one window:

    r0          walks over the row pointers          r1       walks over a row's pixels
    r2 r3 r12 lr  words of four channels             r4 - r11  sums: (c0, c2) and (c1, c3) of each word

SXTAB16 adds two channels at a time; up to 256 pixels fit the 16 bits that a sum has. The mean is
(C + (M * sum >> 16)) >> E with one M, C and E for the layer, found and verified over all sums that can occur.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinyml.emit.listing import Listing
from tinyml.fixedpoint import requantize

MAX_PIXELS = 256
_UNROLLED = 8  # pixels of a window that are written out
_DATA = ("r2", "r3", "r12", "lr")
_SUMS = tuple(f"r{i}" for i in range(4, 12))

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Pool:
    """One row of outputs, each the mean of a window without padding.

    Attributes:
        rows: rows of a window.
        taps: pixels of a window in each row, side by side.
        stride: pixels from one window to the next.
        outputs: windows in the row.
        channels: a multiple of 4.
    """

    rows: int
    taps: int
    stride: int
    outputs: int
    channels: int


@dataclass(frozen=True)
class Mean:
    """(addend + (factor * sum >> 16)) >> exponent, then a clamp from low to high."""

    factor: int
    addend: int
    exponent: int
    low: int
    high: int


def sums_of(pixels: int) -> Integers:
    """Return all sums that so many int8 values can have."""
    return np.arange(-128 * pixels, 127 * pixels + 1, dtype=np.int64)


def pool_means(pixels: int) -> Integers:
    """Return the mean that AVERAGE_POOL_2D takes of each of `sums_of(pixels)`, before its clamp."""
    sums = sums_of(pixels)
    means: Integers = np.sign(sums) * ((np.abs(sums) + pixels // 2) // pixels)
    return means


def requantized_sums(pixels: int, offset: int, multiplier: int, shift: int, zero_point: int) -> Integers:
    """Return what mean_s8 gives for each of `sums_of(pixels)`."""
    values = [requantize(total + offset, multiplier, shift) + zero_point for total in sums_of(pixels).tolist()]
    return np.array(values, np.int64)


def find_mean(pixels: int, values: Integers, slope: float, low: int, high: int) -> Mean | None:
    """Return what computes `values` of all `sums_of(pixels)`, or None where nothing was found.

    A factor that is a little too large rounds ties away from zero, as floors of negative products are lower.

    Args:
        pixels: how many values a sum has.
        values: the outputs before the clamp.
        slope: about how much an output grows with a sum.
        low, high: the clamp.
    """
    sums = sums_of(pixels)
    values = np.clip(values, low, high)
    for exponent in (14, 16, 18, 20, 12, 10):
        for step in (0, 1, -1, 2, -2):
            factor = round(slope * 2 ** (exponent + 16)) + step
            if not 0 < factor < 1 << 31:
                continue
            scaled = factor * sums >> 16
            above = ((values << exponent) - scaled)[values > low]
            below = (((values + 1 << exponent) - 1) - scaled)[values < high]
            least, most = int(above.max(initial=-(1 << 30))), int(below.min(initial=1 << 30))
            addend = (least + most) // 2
            if least <= most and int(np.abs(scaled + addend).max()) < 1 << 31:
                return Mean(factor, addend, exponent, low, high)
    return None


def emit(listing: Listing, pool: Pool, mean: Mean) -> None:
    """Write the kernel.

    Arguments of the function: row pointers, output, scratch (not used), constants (factor and addend).
    """
    _Emitter(listing, pool, mean).run()


def constants(mean: Mean) -> npt.NDArray[np.int32]:
    """Return the kernel's constants."""
    return np.array([mean.factor, mean.addend], np.int32)


class _Emitter:
    """Writes the kernel; what does not fit registers lies on the stack."""

    ROWS, OUTPUT, CONSTANTS, OFFSET, BLOCKS_END, ROWS_END, PIXELS_END, LAST = range(0, 32, 4)

    def __init__(self, listing: Listing, pool: Pool, mean: Mean) -> None:
        self._asm = listing
        self._pool = pool
        self._mean = mean
        self._unrolled = pool.rows * pool.taps <= _UNROLLED

    def run(self) -> None:
        asm, pool = self._asm, self._pool
        asm("push {r4-r11, lr}", "sub sp, #32", "movs r4, #0")
        asm(f"strd r0, r1, [sp, #{self.ROWS}]", f"strd r3, r4, [sp, #{self.CONSTANTS}]")
        self._store_sum("r0", 4 * pool.rows, self.ROWS_END)
        self._store_sum("r1", pool.outputs * pool.channels, self.LAST)
        if pool.outputs > 1:
            asm.begin(pool.outputs, "1")
        self._window()
        if pool.outputs > 1:
            asm(f"ldr r2, [sp, #{self.OFFSET}]")
            asm.add("r2", (pool.stride - 1) * pool.channels)
            asm(f"str r2, [sp, #{self.OFFSET}]")
            asm(f"ldr r2, [sp, #{self.OUTPUT}]", f"ldr r3, [sp, #{self.LAST}]", "cmp r2, r3", "bne 1b")
            asm.end()
        asm("add sp, #32", "pop {r4-r11, pc}")

    def _store_sum(self, register: str, distance: int, slot: int) -> None:
        self._asm(f"mov r5, {register}")
        self._asm.add("r5", distance)
        self._asm(f"str r5, [sp, #{slot}]")

    def _window(self) -> None:
        asm = self._asm
        blocks, rest = divmod(self._pool.channels, 16)
        if blocks > 1:
            asm(f"ldr r2, [sp, #{self.OFFSET}]")
            self._store_sum("r2", 16 * blocks, self.BLOCKS_END)
            asm.begin(blocks, "2")
        if blocks:
            self._block(16)
        if blocks > 1:
            asm(f"ldrd r2, r3, [sp, #{self.OFFSET}]", "cmp r2, r3", "bne 2b")
            asm.end()
        for size in (8, 4):
            if rest & size:
                self._block(size)

    def _block(self, channels: int) -> None:
        """Sum some channels of a window, write their means and go on to the next channels."""
        asm, rows = self._asm, self._pool.rows
        asm(f"ldr r0, [sp, #{self.ROWS}]")
        asm(*(f"mov {total}, #0" for total in _SUMS[: channels // 2]))
        if self._unrolled or rows == 1:
            for _ in range(rows):
                self._row(channels)
        else:
            asm.begin(rows, "3")
            self._row(channels)
            asm(f"ldr r2, [sp, #{self.ROWS_END}]", "cmp r0, r2", "bne 3b")
            asm.end()
        self._means(channels)

    def _row(self, channels: int) -> None:
        asm, taps = self._asm, self._pool.taps
        asm("ldr r1, [r0], #4", f"ldr r2, [sp, #{self.OFFSET}]", "add r1, r2")
        if taps <= _UNROLLED:
            self._pixels(channels, taps, last=True)
            return
        together = max(n for n in range(1, _UNROLLED + 1) if taps % n == 0)
        self._store_end_of_pixels()
        asm.begin(taps // together, "4")
        self._pixels(channels, together, last=False)
        asm(f"ldr r2, [sp, #{self.PIXELS_END}]", "cmp r1, r2", "bne 4b")
        asm.end()

    def _store_end_of_pixels(self) -> None:
        self._asm("mov r2, r1")
        self._asm.add("r2", self._pool.taps * self._pool.channels)
        self._asm(f"str r2, [sp, #{self.PIXELS_END}]")

    def _pixels(self, channels: int, count: int, last: bool) -> None:
        asm = self._asm
        words = _DATA[: channels // 4]
        for pixel in range(count):
            asm(f"ldm r1, {{{', '.join(words)}}}" if len(words) > 1 else f"ldr {words[0]}, [r1]")
            if not (last and pixel == count - 1):
                asm.add("r1", self._pool.channels)
            for i, word in enumerate(words):
                even, odd = _SUMS[2 * i], _SUMS[2 * i + 1]
                asm(f"sxtab16 {even}, {even}, {word}", f"sxtab16 {odd}, {odd}, {word}, ror #8")

    def _means(self, channels: int) -> None:
        asm, mean = self._asm, self._mean
        asm(f"ldr r1, [sp, #{self.CONSTANTS}]", "ldrd r2, r3, [r1]", f"ldr r1, [sp, #{self.OUTPUT}]")
        for channel in range(channels):
            half = "bt"[channel % 4 // 2]
            asm(f"smlaw{half} r12, r2, {_SUMS[channel // 4 * 2 + channel % 2]}, r3")
            asm(f"ssat r12, #8, r12, asr #{mean.exponent}")
            asm.clamp("r12", mean.low, mean.high)
            asm(f"strb r12, [r1, #{channel}]")
        asm(f"adds r1, #{channels}", f"str r1, [sp, #{self.OUTPUT}]")
        asm(f"ldr r1, [sp, #{self.OFFSET}]", f"adds r1, #{channels}", f"str r1, [sp, #{self.OFFSET}]")

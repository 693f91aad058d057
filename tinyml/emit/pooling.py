"""AVERAGE_POOL_2D and MEAN over pixels for the DSP extension: sums of two channels in one register.

A pass sums 16, 8 or 4 channels of one window, only 4 where code is to be short:

    r0          walks over the row pointers          r1       walks over a row's pixels
    r2 r3 r12 lr  words of four channels             r4 - r11  sums: (c0, c2) and (c1, c3) of each word

SXTAB16 adds two channels at a time; up to 256 pixels fit the 16 bits that a sum has. `Linear` means are
(C + (M * sum >> 16)) >> E with one M, C and E for the layer, found and verified over all sums that can occur. MEAN
to another scale is not linear, as TFLM rounds twice and the first time coarsely: `Rescaled` means do as the signed
form of epilogue.py does.
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tinyml.emit.listing import Listing
from tinyml.emit.site import Site
from tinyml.fixedpoint import requantize
from tinyml.ops import Constant
from tinyml.plan.rows import RowKernel, Source

MAX_PIXELS = 256
_LARGEST_SHIFT = 19  # with it, a zero point of -128 leaves room for a mean in 32 bits
_UNROLLED = 8  # pixels of a window that are written out
_SHORT = 3  # as many where code is to be short
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


class Mean(Protocol):
    """How a sum becomes an output.

    Attributes:
        constants: what r2, r3 and lr hold, as far as they are needed.
        form: how it is exact, for people.
    """

    @property
    def constants(self) -> tuple[int, ...]:
        """See above."""

    @property
    def form(self) -> str:
        """See above."""

    def emit(self, asm: Listing, sums: str, half: str) -> None:
        """Write what puts the output of the bottom ("b") or top half of a register into r12; r0 is free."""


@dataclass(frozen=True)
class Linear:
    """(addend + (factor * sum >> 16)) >> exponent, then a clamp from low to high."""

    factor: int
    addend: int
    exponent: int
    low: int
    high: int
    form: str = "One multiplication for division and rounding: compared for all sums that can occur."

    @property
    def constants(self) -> tuple[int, ...]:
        """The factor and the addend."""
        return (self.factor, self.addend)

    def emit(self, asm: Listing, sums: str, half: str) -> None:
        """Write the two instructions and the clamp."""
        asm(f"smlaw{half} r12, r2, {sums}, r3", f"ssat r12, #8, r12, asr #{self.exponent}")
        asm.clamp("r12", self.low, self.high)


@dataclass(frozen=True)
class Rescaled:
    """(sum + offset) * multiplier * 2^-(31 + exponent) + zero point with TFLM's two roundings."""

    offset: int
    multiplier: int
    exponent: int
    zero_point: int
    form: str = "Requantized in two roundings, the zero point in the second: exact for all sums."

    @property
    def constants(self) -> tuple[int, ...]:
        """The multiplier, the zero point with the rounding, and the offset."""
        rounding = (1 << self.exponent - 1) + self.zero_point * (1 << self.exponent)
        return (self.multiplier, rounding, self.offset)

    def emit(self, asm: Listing, sums: str, half: str) -> None:
        """Write the five instructions."""
        asm(f"sxtah r12, lr, {sums}" + (", ror #16" if half == "t" else ""), "lsl r12, r12, #1")
        asm("add r0, r3, r12, asr #31", "smmlar r12, r12, r2, r0", f"ssat r12, #8, r12, asr #{self.exponent}")


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


def find_linear(pixels: int, values: Integers, slope: float, low: int, high: int) -> Linear | None:
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
                return Linear(factor, addend, exponent, low, high)
    return None


def emit_average_pool(site: Site) -> RowKernel | None:
    """Return the kernel of an AVERAGE_POOL_2D, or None where windows are padded or large."""
    at = site.param
    pool = Pool(at("filter_height"), at("filter_width"), at("stride_width"), at("output_width"), at("channels"))
    below = (at("output_height") - 1) * at("stride_height") + pool.rows > at("input_height")
    beyond = (pool.outputs - 1) * pool.stride + pool.taps > at("input_width")
    pixels = pool.rows * pool.taps
    if site.source is None or at("pad_top") or at("pad_left") or below or beyond or not _fits(pool):
        return None
    mean = find_linear(pixels, pool_means(pixels), 1 / pixels, at("activation_min"), at("activation_max"))
    if mean is None:
        return None
    source = Source(
        site.source.index,
        at("input_height"),
        at("input_width") * pool.channels,
        taps=pool.rows,
        stride=at("stride_height"),
    )
    made = _kernel(site, pool, mean, at("batches"), at("output_height"), source)
    return _with_summing(site, made, pool, mean, pool.rows)


def emit_mean(site: Site) -> RowKernel | None:
    """Return the kernel of a MEAN or SUM of all dimensions between batch and channels, or None for another one."""
    at = site.param
    pool = Pool(1, at("reduced_0") * at("reduced_1"), 1, 1, at("kept_1"))
    row_bytes, images = pool.taps * pool.channels, at("kept_0")
    outer = at("reduced_0") == 1 or at("reduced_step_0") == at("reduced_1") * pool.channels
    inner = at("reduced_1") == 1 or at("reduced_step_1") == pool.channels
    batch = images == 1 or at("kept_step_0") == row_bytes
    channel = pool.channels == 1 or at("kept_step_1") == 1
    if site.source is None or not (outer and inner and batch and channel) or not _fits(pool):
        return None
    multiplier, shift = at("multiplier"), at("shift")
    values = requantized_sums(pool.taps, at("input_offset"), multiplier, shift, at("output_offset"))
    mean: Mean | None = find_linear(pool.taps, values, multiplier * 2.0 ** (shift - 31), -128, 127)
    if mean is None and 0 < -shift <= _LARGEST_SHIFT:
        mean = Rescaled(at("input_offset"), multiplier, -shift, at("output_offset"))
    if mean is None:
        return None
    made = _kernel(site, pool, mean, 1, images, Source(site.source.index, images, row_bytes))
    shape = site.source.shape
    is_image = len(shape) == 4 and pool.taps == shape[1] * shape[2]
    return _with_summing(site, made, pool, mean, shape[1]) if is_image else made


def _fits(pool: Pool) -> bool:
    return pool.channels % 4 == 0 and pool.rows * pool.taps <= MAX_PIXELS


def _with_summing(site: Site, whole: RowKernel, pool: Pool, mean: Mean, rows: int) -> RowKernel:
    """Return the kernel `whole` with another that is given the `rows` rows of its one window one by one."""
    (source,) = whole.sources
    if rows == 1 or (whole.images, whole.height, pool.outputs) != (1, 1, 1):
        return whole
    row = Pool(1, pool.rows * pool.taps // rows, 1, 1, pool.channels)
    one = Source(source.tensor, rows, source.row_bytes * source.height // rows)
    state_bytes = 2 * pool.channels
    summing = replace(
        _kernel(site, row, mean, 1, 1, one, sums=True),
        repeats=rows,
        state_bytes=state_bytes,
        scratch_bytes=state_bytes,
        in_place=(),
    )
    return replace(whole, summing=summing)


def _kernel(
    site: Site, pool: Pool, mean: Mean, images: int, height: int, source: Source, sums: bool = False
) -> RowKernel:
    listing = Listing()
    write(listing, pool, mean, short=site.optimize == "size", sums=sums)
    function = listing.function(
        f"{'running_' if sums else ''}mean_{pool.rows}x{pool.taps}",
        f"Means of {pool.rows}x{pool.taps} pixels of {pool.channels} channels, {pool.outputs} in a row"
        + ("; of all rows that were given so far, whose sums the scratch keeps." if sums else "."),
        "r0: row pointers, r1: pixels, r2, r3, r12, lr: words of four channels, r4 to r11: sums, two to a word.",
        "For some channels at a time, reads the window row by row, then writes its means.",
    )
    return RowKernel(
        function=function,
        images=images,
        height=height,
        row_bytes=pool.outputs * pool.channels,
        sources=(source,),
        output=site.output.index,
        constants=Constant("constants", np.array(mean.constants, np.int32)),
        # Channels are read before they are written, and no input lies before the output that it belongs to.
        in_place=(source.tensor,),
        form=mean.form,
    )


def write(listing: Listing, pool: Pool, mean: Mean, short: bool = False, sums: bool = False) -> None:
    """Write the function.

    Args:
        listing: gets the instructions.
        pool: the windows.
        mean: how sums become outputs.
        short: with fewer pixels and channels at a time, for less code and more cycles.
        sums: add to the sums in the scratch, 4 bytes for two channels.
    """
    _Emitter(listing, pool, mean, sums, *((_SHORT, 4) if short else (_UNROLLED, 16))).run()


class _Emitter:
    """Writes the kernel; what does not fit registers lies on the stack."""

    ROWS, OUTPUT, CONSTANTS, OFFSET, BLOCKS_END, ROWS_END, PIXELS_END, LAST, SCRATCH = range(0, 36, 4)

    def __init__(self, listing: Listing, pool: Pool, mean: Mean, sums: bool, pixels: int, channels: int) -> None:
        self._asm = listing
        self._pool = pool
        self._mean = mean
        self._sums = sums
        self._frame = 36 if sums else 32
        self._most_pixels = pixels
        self._most_channels = channels
        self._unrolled = pool.rows * pool.taps <= pixels

    def run(self) -> None:
        asm, pool = self._asm, self._pool
        asm("push {r4-r11, lr}", f"sub sp, #{self._frame}", "movs r4, #0")
        asm(f"strd r0, r1, [sp, #{self.ROWS}]", f"strd r3, r4, [sp, #{self.CONSTANTS}]")
        if self._sums:
            asm(f"str r2, [sp, #{self.SCRATCH}]")
        self._store_sum("r0", 4 * pool.rows, self.ROWS_END)
        self._store_sum("r1", pool.outputs * pool.channels, self.LAST)
        if pool.outputs > 1:
            asm.begin(pool.outputs, "1")
        self._window()
        if pool.outputs > 1:
            asm(f"ldr r2, [sp, #{self.OFFSET}]")
            asm.move("r2", (pool.stride - 1) * pool.channels)
            asm(f"str r2, [sp, #{self.OFFSET}]")
            asm(f"ldr r2, [sp, #{self.OUTPUT}]", f"ldr r3, [sp, #{self.LAST}]", "cmp r2, r3", "bne 1b")
            asm.end()
        asm(f"add sp, #{self._frame}", "pop {r4-r11, pc}")

    def _store_sum(self, register: str, distance: int, slot: int) -> None:
        self._asm(f"mov r5, {register}")
        self._asm.move("r5", distance)
        self._asm(f"str r5, [sp, #{slot}]")

    def _window(self) -> None:
        asm = self._asm
        most = self._most_channels
        blocks, rest = divmod(self._pool.channels, most)
        if blocks > 1:
            asm(f"ldr r2, [sp, #{self.OFFSET}]")
            self._store_sum("r2", most * blocks, self.BLOCKS_END)
            asm.begin(blocks, "2")
        if blocks:
            self._block(most)
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
        if self._sums:
            self._kept("ldm", channels)
        else:
            asm(*(f"mov {total}, #0" for total in _SUMS[: channels // 2]))
        if self._unrolled or rows == 1:
            for _ in range(rows):
                self._row(channels)
        else:
            asm.begin(rows, "3")
            self._row(channels)
            asm(f"ldr r2, [sp, #{self.ROWS_END}]", "cmp r0, r2", "bne 3b")
            asm.end()
        if self._sums:
            self._kept("stm", channels)
        self._means(channels)

    def _kept(self, operation: str, channels: int) -> None:
        """Load or store the sums of some channels; r2 and r3 are lost."""
        asm = self._asm
        asm(f"ldr r2, [sp, #{self.OFFSET}]", f"ldr r3, [sp, #{self.SCRATCH}]", "add r3, r3, r2, lsl #1")
        asm(f"{operation} r3, {{{', '.join(_SUMS[: channels // 2])}}}")

    def _row(self, channels: int) -> None:
        asm, taps = self._asm, self._pool.taps
        asm("ldr r1, [r0], #4", f"ldr r2, [sp, #{self.OFFSET}]", "add r1, r2")
        if taps <= self._most_pixels:
            self._pixels(channels, taps, last=True)
            return
        together = max(n for n in range(1, self._most_pixels + 1) if taps % n == 0)
        self._store_end_of_pixels()
        asm.begin(taps // together, "4")
        self._pixels(channels, together, last=False)
        asm(f"ldr r2, [sp, #{self.PIXELS_END}]", "cmp r1, r2", "bne 4b")
        asm.end()

    def _store_end_of_pixels(self) -> None:
        self._asm("mov r2, r1")
        self._asm.move("r2", self._pool.taps * self._pool.channels)
        self._asm(f"str r2, [sp, #{self.PIXELS_END}]")

    def _pixels(self, channels: int, count: int, last: bool) -> None:
        asm = self._asm
        words = _DATA[: channels // 4]
        for pixel in range(count):
            asm(f"ldm r1, {{{', '.join(words)}}}" if len(words) > 1 else f"ldr {words[0]}, [r1]")
            if not (last and pixel == count - 1):
                asm.move("r1", self._pool.channels)
            for i, word in enumerate(words):
                even, odd = _SUMS[2 * i], _SUMS[2 * i + 1]
                asm(f"sxtab16 {even}, {even}, {word}", f"sxtab16 {odd}, {odd}, {word}, ror #8")

    def _means(self, channels: int) -> None:
        asm, mean = self._asm, self._mean
        loaded = ", ".join(("r2", "r3", "lr")[: len(mean.constants)])
        asm(f"ldr r1, [sp, #{self.CONSTANTS}]", f"ldm r1, {{{loaded}}}", f"ldr r1, [sp, #{self.OUTPUT}]")
        for channel in range(channels):
            mean.emit(asm, _SUMS[channel // 4 * 2 + channel % 2], "bt"[channel % 4 // 2])
            asm(f"strb r12, [r1, #{channel}]")
        asm(f"adds r1, #{channels}", f"str r1, [sp, #{self.OUTPUT}]")
        asm(f"ldr r1, [sp, #{self.OFFSET}]", f"adds r1, #{channels}", f"str r1, [sp, #{self.OFFSET}]")

"""The activations of a few neighbouring output pixels, gathered from input rows and widened to 16 bits.

Word t of pixel p of P goes to 4 (t P + p) of the scratch. Three ways:

- "runs": the channels are a multiple of 4 and no window reaches beyond the row: one run of bytes an input row,
  four bytes become two words with SXTB16. The words hold (0, 2) and (1, 3) of each four.
- "taps": the same, tap by tap, where windows reach beyond the row or taps lie apart; blocks inside of the row take
  runs.
- "bytes": any other number of channels, byte by byte from copies of the rows with padding around them, so that no
  window reaches beyond; the words hold neighbours. A filter of one row without padding is read in place.

Padding holds the input's zero point, whose part in each sum the bias takes back. A row or tap in the padding is
read from `fill`, bytes of that value. On the stack of the row's function:

    [sp] rows    [sp, #4] output    [sp, #8] activations    [sp, #12] weights    [sp, #16] position of the block
    [sp, #20] blocks to go    [sp, #24] fill, or the copied rows    [sp, #28] cursor in rows

Access order: for a block, input rows from top to bottom, left to right. Reach: everything in the given rows may be
read until the last output of the row is written.
"""

from dataclasses import dataclass

from tinyml.emit.assembly import Lines, registers

PLANS = {
    "runs": "r0 to, r1-r3 from (a pixel each), r4 cursor or count, r5 row, r6-r11 words",
    "taps": "r0 to, r1-r3 from (a pixel each), r4 cursor or count, r5 row, r6-r11 words, r12 column, lr columns",
    "bytes": "r1 first byte of a pixel, r2 to, r3 pixels to go, r4 from, r6 and r7 bytes; in loops r0 to, r5 row",
}
"""The registers of each way, for a function's comment."""

_ROW, _TAP, _COPY, _PIXEL, _INSIDE = 4, 5, 6, 7, 9
_UNROLL = 4  # words of each pixel in a turn of the copying loop
_DENSE_BYTES = 80  # so many activations of a pixel are gathered without a loop
_OFFSET_LIMIT = 4096  # of loads and stores


@dataclass(frozen=True)
class Window:
    """A filter's way over one row of the output.

    Attributes:
        height, width: taps.
        channels: bytes of a pixel of the input.
        input_width, output_width: pixels.
        stride, dilation, pad: along the width, in pixels.
        pads_rows: whether an input row may lie in the padding.
        words: whether input rows begin at words; else they are read byte by byte, if they are at all.
    """

    height: int
    width: int
    channels: int
    input_width: int
    output_width: int
    stride: int
    dilation: int
    pad: int
    pads_rows: bool
    words: bool = True

    @property
    def span(self) -> int:
        """Pixels from the first to the last that any window reaches, counted from the padding's first."""
        return (self.output_width - 1) * self.stride + (self.width - 1) * self.dilation + 1

    @property
    def pads_columns(self) -> bool:
        """Whether a window reaches beyond a row."""
        return self.pad > 0 or self.span > self.input_width

    @property
    def plain(self) -> bool:
        """Whether each output pixel is computed from the one input pixel at its place."""
        return (self.height, self.width, self.stride, self.pads_columns, self.pads_rows) == (1, 1, 1, False, False)

    @property
    def way(self) -> str:
        """One of "runs", "taps" and "bytes"."""
        if self.channels % 4:
            return "bytes"
        return "taps" if self.pads_columns or (self.dilation > 1 and self.width > 1) else "runs"

    @property
    def run(self) -> int:
        """Bytes of a row of taps, which lie together unless the taps lie apart."""
        return self.width * self.channels

    def inside(self, pixels: int) -> int:
        """Return how many positions of a block's first window, from 0 on, leave all its windows in one run."""
        if self.dilation > 1 and self.width > 1:
            return 0
        return max(0, self.input_width - (pixels - 1) * self.stride - self.width + 1)

    @property
    def copies(self) -> bool:
        """Whether the rows are copied into the scratch first."""
        return self.way == "bytes" and (self.height > 1 or self.pads_columns or self.pads_rows)

    @property
    def fills(self) -> bool:
        """Whether bytes of the zero point are kept to read from."""
        return self.way != "bytes" and (self.pads_columns or self.pads_rows)

    @property
    def dense(self) -> bool:
        """Whether the bytes of a pixel are gathered without a loop, and so without gaps between rows of taps."""
        return self.height * self.width * self.channels <= _DENSE_BYTES

    @property
    def lead(self) -> int:
        """Bytes in front of a copied row's first pixel of padding, so that the input's first is at a word."""
        return -self.pad * self.channels % 4

    @property
    def pitch(self) -> int:
        """Bytes of a copied row."""
        reached = max(self.span, self.pad + self.input_width)
        return -(-(self.lead + reached * self.channels) // 4) * 4

    @property
    def extra_bytes(self) -> int:
        """Bytes of the scratch behind the activations."""
        if self.copies:
            return self.height * self.pitch
        return self.run if self.fills else 0

    def order(self) -> list[int]:
        """Return which of a channel's weights meets each 16-bit activation; -1 for none."""
        run, count = self.width * self.channels, self.height * self.width * self.channels
        if self.way != "bytes":
            return [4 * (k // 4) + (0, 2, 1, 3)[k % 4] for k in range(count)]
        if self.dense or run % 2 == 0:
            return list(range(count))
        return [k for row in range(self.height) for k in (*range(row * run, (row + 1) * run), -1)]

    def supported(self) -> bool:
        """Return whether there is code for it."""
        if not self.words and self.way != "bytes":
            return False
        if self.way == "bytes" and not self.dense:
            return self.dilation == 1 or self.width == 1
        return max(self.input_width, self.channels * self.width, self.span * self.channels) < 1 << 16


def emit_prologue(code: Lines, window: Window) -> None:
    """Append what a row needs once: the bytes of the zero point, or copies of the rows; r4: four such bytes."""
    if not window.fills and not window.copies:
        return
    code.op("ldr r0, [sp, #24]", *(f"mov r{i}, r4" for i in (5, 6, 7)))
    words = window.extra_bytes // 4
    code.repeat(words // 4, _UNROLL, "r8", _COPY, lambda: code.op("stmia r0!, {r4-r7}"))
    if words % 4:
        code.op(*(["str r4, [r0], #4"] * (words % 4)))
    if window.copies:
        _copy_rows(code, window)


def _copy_rows(code: Lines, window: Window) -> None:
    code.op("ldr r9, [sp]", "ldr r10, [sp, #24]")
    code.add("r10", "r10", window.lead + window.pad * window.channels, "r11")
    code.constant("r12", window.height)
    code.label(_ROW)
    code.op("ldr r1, [r9], #4", "mov r0, r10")
    if window.pads_rows:
        code.op("cmp r1, #0", f"beq {_TAP}f")
    size = window.input_width * window.channels
    if size % 4 or not window.words:
        code.repeat(size, _UNROLL, "r8", _COPY, lambda: code.op("ldrb r4, [r1], #1", "strb r4, [r0], #1"))
    else:
        words = size // 4
        code.repeat(words // 4, _UNROLL, "r8", _COPY, lambda: code.op("ldmia r1!, {r4-r7}", "stmia r0!, {r4-r7}"))
        for _ in range(words % 4):
            code.op("ldr r4, [r1], #4", "str r4, [r0], #4")
    code.label(_TAP)
    code.add("r10", "r10", window.pitch, "r11")
    code.op("subs r12, r12, #1", f"bne {_ROW}b")


def start(window: Window) -> int:
    """Return the position of the first block: a pixel ("taps") or a byte of the row."""
    if window.way == "taps":
        return -window.pad
    return window.lead if window.copies else 0


def advance(window: Window, pixels: int) -> int:
    """Return what `pixels` output pixels add to the position."""
    return pixels * window.stride * (1 if window.way == "taps" else window.channels)


def emit_block(code: Lines, window: Window, pixels: int) -> None:
    """Append the gathering of `pixels` pixels at the block's position."""
    {"runs": _runs, "taps": _taps, "bytes": _bytes}[window.way](code, window, pixels)


def _runs(code: Lines, window: Window, pixels: int) -> None:
    code.op("ldr r0, [sp, #8]", "ldr r4, [sp]")
    if window.height > 1:
        code.label(_ROW)
    code.op("ldr r5, [r4], #4")
    if window.height > 1:
        code.op("str r4, [sp, #28]")
    if window.way == "taps":
        code.constant("r6", window.channels)
        code.op("mla r1, r12, r6, r5")
    else:
        code.op("ldr r6, [sp, #16]", "add r1, r5, r6")
    for p in range(1, pixels):
        code.add(f"r{p + 1}", f"r{p}", window.stride * window.channels)
    if window.pads_rows:
        pointers = [f"r{p + 1}" for p in range(pixels)]
        code.op("ldr r7, [sp, #24]", "cmp r5, #0", f"i{'t' * pixels} eq", *(f"moveq {r}, r7" for r in pointers))
    _widen(code, window.run, pixels)
    _next_row(code, window)


def _next_row(code: Lines, window: Window) -> None:
    if window.height > 1:
        code.op("ldr r4, [sp, #28]", "ldr r6, [sp]")
        code.add("r6", "r6", 4 * window.height, "r7")
        code.op("cmp r4, r6", f"bne {_ROW}b")


def _taps(code: Lines, window: Window, pixels: int) -> None:
    code.op("ldr r12, [sp, #16]")
    if inside := window.inside(pixels):
        code.constant("r6", inside)
        code.op("cmp r12, r6", f"bhs {_TAP}f")
        _runs(code, window, pixels)
        code.op(f"b {_INSIDE}f")
        code.label(_TAP)
    _single_taps(code, window, pixels)
    if inside:
        code.label(_INSIDE)


def _single_taps(code: Lines, window: Window, pixels: int) -> None:
    code.op("ldr r0, [sp, #8]", "ldr r4, [sp]")
    if window.height > 1:
        code.label(_ROW)
    code.op("ldr r5, [r4], #4")
    if window.height > 1:
        code.op("str r4, [sp, #28]")
    code.constant("lr", window.input_width)
    if window.pads_rows:
        code.op("cmp r5, #0", "it eq", "moveq lr, #0")
    code.op("ldr r12, [sp, #16]")
    if window.width > 1:
        code.label(_TAP)
    code.constant("r6", window.channels)
    code.op("ldr r7, [sp, #24]")
    for p in range(pixels):
        x = "r12" if p == 0 else "r8"
        if p:
            code.add("r8", "r12", p * window.stride)
        code.op(f"mla r{p + 1}, {x}, r6, r5", f"cmp {x}, lr", "it hs", f"movhs r{p + 1}, r7")
    _widen(code, window.channels, pixels)
    if window.width > 1:
        code.add("r12", "r12", window.dilation)
        code.op("ldr r6, [sp, #16]")
        code.add("r6", "r6", window.width * window.dilation, "r7")
        code.op("cmp r12, r6", f"bne {_TAP}b")
    _next_row(code, window)


def _widen(code: Lines, run: int, pixels: int) -> None:
    """Append the widening of `run` bytes of each pixel, from r1, r2, r3 on to r0 on; r4 and r6 to r11 are lost."""

    def one() -> None:
        loaded = [f"r{6 + p}" for p in range(pixels)]
        code.op(*(f"ldr {w}, [r{p + 1}], #4" for p, w in enumerate(loaded)))
        code.op(*(f"sxtb16 r{6 + pixels + p}, {w}, ror #8" for p, w in enumerate(loaded)))
        code.op(*(f"sxtb16 {w}, {w}" for w in loaded))
        code.op(f"stmia r0!, {registers([f'r{6 + i}' for i in range(2 * pixels)])}")

    def two() -> None:
        code.op("ldmia r1!, {r8, r10}", "sxtb16 r9, r8, ror #8", "sxtb16 r8, r8")
        code.op("sxtb16 r11, r10, ror #8", "sxtb16 r10, r10", "stmia r0!, {r8-r11}")

    def four() -> None:
        code.op("ldmia r1!, {r6, r10}", "ldmia r2!, {r7, r11}")
        code.op("sxtb16 r8, r6, ror #8", "sxtb16 r9, r7, ror #8", "sxtb16 r6, r6", "sxtb16 r7, r7")
        code.op("stmia r0!, {r6-r9}", "sxtb16 r8, r10, ror #8", "sxtb16 r9, r11, ror #8")
        code.op("sxtb16 r6, r10", "sxtb16 r7, r11", "stmia r0!, {r6-r9}")

    if pixels == 3:
        code.repeat(run // 4, _UNROLL, "r4", _COPY, one)
    else:
        code.repeat(run // 8, _UNROLL // pixels, "r4", _COPY, two if pixels == 1 else four)
        if run % 8:
            one()


def _bytes(code: Lines, window: Window, pixels: int) -> None:
    code.op("ldr r2, [sp, #8]")
    code.op(*(["ldr r1, [sp, #24]"] if window.copies else ["ldr r1, [sp]", "ldr r1, [r1]"]))
    code.op("ldr r6, [sp, #16]", "add r1, r1, r6")
    if pixels > 1:
        code.constant("r3", pixels)
        code.label(_PIXEL)
    if window.dense:
        _gather_dense(code, window, pixels)
    else:
        _gather_runs(code, window, pixels)
    if pixels > 1:
        code.add("r1", "r1", window.stride * window.channels, "r6")
        code.op("add r2, r2, #4", "subs r3, r3, #1", f"bne {_PIXEL}b")


def _gather_dense(code: Lines, window: Window, pixels: int) -> None:
    offsets = [
        row * window.pitch + tap * window.dilation * window.channels + channel
        for row in range(window.height)
        for tap in range(window.width)
        for channel in range(window.channels)
    ]
    base = 0  # what r4 is ahead of r1
    code.op("mov r4, r1")
    for t in range(0, len(offsets), 2):
        pair = offsets[t : t + 2]
        if pair[-1] - base >= _OFFSET_LIMIT:
            code.add("r4", "r1", pair[0])
            base = pair[0]
        code.op(*(f"ldrsb r{6 + i}, [r4, #{offset - base}]" for i, offset in enumerate(pair)))
        if len(pair) == 2:
            code.op("pkhbt r6, r6, r7, lsl #16")
        code.op(f"str r6, [r2, #{2 * t * pixels}]")


def _gather_runs(code: Lines, window: Window, pixels: int) -> None:
    """Append the gathering of one pixel row by row: pairs of bytes, the last alone where they are odd."""

    def pair() -> None:
        code.op("ldrsb r6, [r4], #1", "ldrsb r7, [r4], #1", "pkhbt r6, r6, r7, lsl #16")
        code.op(f"str r6, [r0], #{4 * pixels}")

    code.op("mov r0, r2", "mov r5, r1")
    if window.height > 1:
        code.constant("r9", window.height)
        code.label(_ROW)
    code.op("mov r4, r5")
    code.repeat(window.run // 2, _UNROLL, "r8", _COPY, pair)
    if window.run % 2:
        code.op("ldrsb r6, [r4]", f"str r6, [r0], #{4 * pixels}")
    if window.height > 1:
        code.add("r5", "r5", window.pitch, "r6")
        code.op("subs r9, r9, #1", f"bne {_ROW}b")

"""MAX_POOL_2D for the DSP extension: four channels at a time.

SSUB8 compares four pairs of bytes, SEL takes the larger of each. A tap in the padding counts for nothing, and so
another tap of the window may stand in for it: rows in the padding are replaced by their neighbours, columns are
left out.

    r0  row pointers of the call    r1  output    r2 r3  the largest bytes, a tap    r4 - r7  rows, at the window
    r8  end of the pixel            lr  end of equal outputs    r9  differences      r10 r11  least and most

The loops: outputs, of which neighbours with the same taps in the padding share their instructions, and in them
words of four channels. Access order: for a word, rows from top to bottom, columns from right to left.
"""

from dataclasses import dataclass

from tinyml.emit.listing import MOVE_LIMIT, Listing
from tinyml.emit.site import Site
from tinyml.plan.rows import RowKernel, Source

_ROWS = ("r4", "r5", "r6", "r7")
_MOST_COLUMNS = 16
_LOAD_REACH = 4095  # of an offset in LDR


@dataclass(frozen=True)
class Group:
    """Neighbouring outputs with the same columns of the window inside the input.

    Attributes:
        first, count: which outputs.
        column: the input's column that the first output's first such tap is on.
        taps: how many there are.
    """

    first: int
    count: int
    column: int
    taps: int


@dataclass(frozen=True)
class Pool:
    """One row of outputs.

    Attributes:
        rows: rows of a window.
        groups: the outputs.
        stride: pixels from one window to the next.
        channels: a multiple of 4.
        padded_rows: whether rows of the window may lie in the padding.
        low, high: the clamp.
    """

    rows: int
    groups: tuple[Group, ...]
    stride: int
    channels: int
    padded_rows: bool
    low: int
    high: int


def emit(site: Site) -> RowKernel | None:
    """Return the kernel of a layer, or None where channels do not come in fours or windows are large."""
    at = site.param
    rows, channels, width = at("filter_height"), at("channels"), at("input_width")
    reach = at("filter_width") * channels
    is_large = rows > len(_ROWS) or at("filter_width") > _MOST_COLUMNS or reach > _LOAD_REACH
    if site.source is None or channels % 4 or is_large or width * channels > MOVE_LIMIT:
        return None
    last = (at("output_height") - 1) * at("stride_height") - at("pad_top")
    padded_rows = at("pad_top") > 0 or last + rows > at("input_height")
    low, high = at("activation_min"), at("activation_max")
    pool = Pool(rows, _groups(site), at("stride_width"), channels, padded_rows, low, high)
    listing = Listing()
    write(listing, pool)
    outputs = at("output_width")
    function = listing.function(
        f"max_{rows}x{at('filter_width')}",
        f"Largest of {rows}x{at('filter_width')} pixels of {channels} channels, {outputs} outputs.",
        "r0: row pointers, r1: output, r2: the largest bytes, r3: a tap, r4 to r7: rows, r8, lr: ends,",
        "r9: differences, r10, r11: least and most. For four channels, reads the window, then writes.",
    )
    source = Source(
        site.source.index,
        at("input_height"),
        width * channels,
        taps=rows,
        stride=at("stride_height"),
        pad=at("pad_top"),
    )
    return RowKernel(
        function=function,
        images=at("batches"),
        height=at("output_height"),
        row_bytes=outputs * channels,
        sources=(source,),
        output=site.output.index,
        # Without padding in front, no input lies before the output that it belongs to.
        in_place=(site.source.index,) if at("pad_top") == at("pad_left") == 0 else (),
        form="Comparisons only.",
    )


def _groups(site: Site) -> tuple[Group, ...]:
    at = site.param
    found: list[Group] = []
    before = (-1, -1)
    for output in range(at("output_width")):
        begin = output * at("stride_width") - at("pad_left")
        first, end = max(begin, 0), min(begin + at("filter_width"), at("input_width"))
        inside = (first - begin, end - begin)
        if inside == before:
            found[-1] = Group(found[-1].first, found[-1].count + 1, found[-1].column, found[-1].taps)
        else:
            found.append(Group(output, 1, first, end - first))
        before = inside
    return tuple(found)


def write(asm: Listing, pool: Pool) -> None:
    """Write the function; arguments are row pointers (null in the padding) and the output."""
    rows = _ROWS[: pool.rows]
    asm("push {r4-r11, lr}", *(f"ldr {row}, [r0, #{4 * i}]" for i, row in enumerate(rows)))
    if pool.padded_rows:
        pairs = [*zip(rows[1:], rows, strict=False), *zip(rows[-2::-1], rows[:0:-1], strict=True)]
        for row, neighbour in pairs:
            asm(f"cmp {row}, #0", "it eq", f"moveq {row}, {neighbour}")
    for register, bound, end in (("r10", pool.low, -128), ("r11", pool.high, 127)):
        if bound != end:
            asm(f"mov {register}, #0x{(bound & 0xFF) * 0x01010101:08x}")
    column = 0
    for number, group in enumerate(pool.groups):
        for row in rows if group.column != column else ():
            asm.move(row, (group.column - column) * pool.channels)
        if group.count > 1:
            asm("mov lr, r1")
            asm.move("lr", group.count * pool.channels)
            asm.begin(group.count, f"2{number}")
        _pixel(asm, pool, group, f"1{number}")
        if group.count > 1:
            for row in rows if pool.stride > 1 else ():
                asm.move(row, (pool.stride - 1) * pool.channels)
            asm("cmp r1, lr", f"bne 2{number}b")
            asm.end()
        column = group.column + (group.count * pool.stride if group.count > 1 else 1)
    asm("pop {r4-r11, pc}")


def _pixel(asm: Listing, pool: Pool, group: Group, label: str) -> None:
    """Write one output; the rows go on by a pixel."""
    words = pool.channels // 4
    if words > 1:
        asm("mov r8, r1")
        asm.move("r8", pool.channels)
        asm.begin(words, label)
    taps = [(row, tap) for row in _ROWS[: pool.rows] for tap in reversed(range(group.taps))]
    for number, (row, tap) in enumerate(taps):
        place = f"[{row}, #{tap * pool.channels}]" if tap else f"[{row}], #4"
        asm(f"ldr {'r3' if number else 'r2'}, {place}")
        if number:
            asm("ssub8 r9, r2, r3", "sel r2, r2, r3")
    if pool.low != -128:
        asm("ssub8 r9, r2, r10", "sel r2, r2, r10")
    if pool.high != 127:
        asm("ssub8 r9, r2, r11", "sel r2, r11, r2")
    asm("str r2, [r1], #4")
    if words > 1:
        asm("cmp r1, r8", f"bne {label}b")
        asm.end()

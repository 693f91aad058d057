"""Which multiply-accumulates make a row of a depthwise convolution: two taps in one, where two lie together.

Rows of the window are taken in pairs: one register holds an input of each row, another the two weights, and SMLAD
does both. Of a last odd row, two neighbouring columns make such a pair. A row of outputs is cut into strips of
neighbouring outputs, whose sums are in registers at the same time; the inputs of a column are loaded once for all
outputs of a strip.
"""

from dataclasses import dataclass

Tap = tuple[int, int]  # row and column of the window
Word = tuple[Tap, Tap | None]  # the taps whose weights are a register's bottom and top half


@dataclass(frozen=True)
class Row:
    """One row of outputs.

    Attributes:
        rows, taps: the window's height and width.
        stride: columns from one output's window to the next.
        dilation: columns from one tap to the next.
        pad: columns of padding left of the input.
        width: columns of the input.
        channels: of input and output.
        outputs: columns of the output.
        zero_point: of the input; padding has this value.
        padded_rows: whether rows of the window may lie in the padding.
    """

    rows: int
    taps: int
    stride: int
    dilation: int
    pad: int
    width: int
    channels: int
    outputs: int
    zero_point: int
    padded_rows: bool

    @property
    def padding_bytes(self) -> int:
        """Bytes of a row of padding, in whole double words; none where no row is in the padding."""
        return -(-self.width * self.channels // 8) * 8 if self.padded_rows else 0

    def first_column(self, output: int) -> int:
        """Return the column, maybe in the padding, of an output's first tap."""
        return output * self.stride - self.pad

    def inside(self, column: int) -> bool:
        """Return whether a column is one of the input's."""
        return 0 <= column < self.width


@dataclass(frozen=True)
class Step:
    """A multiply-accumulate.

    Attributes:
        output: which output of the strip.
        operation: SMLAD for both halves; otherwise SMLAxy with x the half of the inputs, y that of the weights.
        word: which of the pass's words of weights.
    """

    output: int
    operation: str
    word: int


@dataclass(frozen=True)
class Pass:
    """What is done with one pair of rows, or with the last odd row; all of it or some columns of the window.

    Attributes:
        rows: the window's two rows or its last one.
        taps: the window's columns.
        words: the weights in registers.
    """

    rows: tuple[int, ...]
    taps: tuple[int, ...]
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Column:
    """Inputs in one register and what they are multiplied into.

    Attributes:
        places: columns, counted from the strip's first one: of both rows or of the last row; for the last row also
            two neighbours.
        steps: the multiply-accumulates.
    """

    places: tuple[int, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Strip:
    """Neighbouring outputs of a row.

    Attributes:
        first, outputs: which outputs.
        anchor: the first column that is inside the input.
        padding: for each pass, the steps that multiply with the padding's value.
        columns: for each pass, what is loaded, from left to right.
    """

    first: int
    outputs: int
    anchor: int
    padding: tuple[tuple[Step, ...], ...]
    columns: tuple[tuple[Column, ...], ...]

    @property
    def reach(self) -> int:
        """How many columns after the anchor the last column lies."""
        return max((max(c.places) for columns in self.columns for c in columns), default=0)

    @property
    def order(self) -> list[int]:
        """The outputs in the order in which their sums begin."""
        parts = zip(self.padding, self.columns, strict=True)
        steps = [s for padding, columns in parts for s in (*padding, *(s for c in columns for s in c.steps))]
        return list(dict.fromkeys(step.output for step in steps))

    def like(self, other: "Strip") -> bool:
        """Return whether the same instructions do both strips."""
        return (self.outputs, self.padding, self.columns) == (other.outputs, other.padding, other.columns)


def passes(row: Row, outputs: int, pair_words: int, row_words: int, compact: bool = False) -> tuple[Pass, ...]:
    """Return the passes of strips of so many outputs.

    Args:
        row: the row.
        outputs: outputs of a strip, at most.
        pair_words: registers for the weights of a pair of rows.
        row_words: registers for those of a last odd row.
        compact: whether each weight of a last odd row is in one word only, for more steps where two would do.
    """
    found = []
    for first in range(0, row.rows - 1, 2):
        for begin in range(0, row.taps, pair_words):
            taps = tuple(range(begin, min(begin + pair_words, row.taps)))
            found.append(Pass((first, first + 1), taps, tuple(((first, t), (first + 1, t)) for t in taps)))
    begin = 0
    while row.rows % 2 and begin < row.taps:
        end = row.taps
        while len(words := _row_words(row, range(begin, end), 0 if compact else outputs)) > row_words:
            end -= 1
        found.append(Pass((row.rows - 1,), tuple(range(begin, end)), words))
        begin = end
    return tuple(found)


def strips(row: Row, outputs: int, of: tuple[Pass, ...]) -> tuple[Strip, ...]:
    """Return the strips of so many outputs (the last may have fewer) that make the row."""
    return tuple(
        _strip(row, first, min(outputs, row.outputs - first), of) for first in range(0, row.outputs, outputs)
    )


def _pairing(row: Row, taps: tuple[int, ...] | range, output: int) -> list[tuple[int, ...]]:
    """Return an output's taps of a last odd row, two together where the first is in an even place of the strip."""
    found: list[tuple[int, ...]] = []
    i = 0
    while i < len(taps):
        even = (output * row.stride + taps[i] * row.dilation) % 2 == 0
        count = 2 if even and row.dilation == 1 and i + 1 < len(taps) else 1
        found.append(tuple(taps[i : i + count]))
        i += count
    return found


def _row_words(row: Row, taps: range, outputs: int) -> tuple[Word, ...]:
    """Return the words of weights of a last odd row: all pairs that occur in so many outputs, and what is in none.

    For no outputs, each weight is in one word only.
    """
    last = row.rows - 1
    if outputs == 0:
        return tuple(((last, t), (last, t + 1) if t + 1 in taps else None) for t in taps[::2])
    groups = [group for output in range(outputs) for group in _pairing(row, taps, output)]
    words: list[Word] = list(dict.fromkeys(((last, g[0]), (last, g[1])) for g in groups if len(g) == 2))
    for tap in dict.fromkeys((last, g[0]) for g in groups if len(g) == 1):
        if any(tap in word for word in words):
            continue
        half_used = next((i for i, word in enumerate(words) if word[1] is None), None)
        if half_used is None:
            words.append((tap, None))
        else:
            words[half_used] = (words[half_used][0], tap)
    return tuple(words)


def _strip(row: Row, first: int, outputs: int, of: tuple[Pass, ...]) -> Strip:
    anchor = max(0, row.first_column(first))
    parts = [
        (_pair_steps if len(part.rows) == 2 else _row_steps)(row, part, first, outputs, anchor) for part in of
    ]
    return Strip(first, outputs, anchor, tuple(p for p, _ in parts), tuple(c for _, c in parts))


Steps = tuple[tuple[Step, ...], tuple[Column, ...]]


def _pair_steps(row: Row, part: Pass, first: int, outputs: int, anchor: int) -> Steps:
    padding: list[Step] = []
    columns: dict[int, list[Step]] = {}
    for output in range(outputs):
        for word, tap in enumerate(part.taps):
            column = row.first_column(first + output) + tap * row.dilation
            steps = columns.setdefault(column, []) if row.inside(column) else padding
            steps.append(Step(output, "smlad", word))
    return tuple(padding), tuple(Column((c - anchor,), tuple(s)) for c, s in sorted(columns.items()))


def _row_steps(row: Row, part: Pass, first: int, outputs: int, anchor: int) -> Steps:
    last = part.rows[0]
    pairs: list[tuple[int, int, Word]] = []  # output, column, word
    singles: list[tuple[int, int, Tap]] = []
    for output in range(outputs):
        for group in _pairing(row, part.taps, output):
            column = row.first_column(first + output) + group[0] * row.dilation
            word = ((last, group[0]), (last, group[-1]))
            if word in part.words and row.inside(column) and row.inside(column + 1):
                pairs.append((output, column, word))
            else:
                singles.extend((output, column + i, (last, tap)) for i, tap in enumerate(group))
    paired = {column for _, column, _ in pairs}
    padding: list[Step] = []
    columns: dict[int, list[Step]] = {}
    for output, column, pair in pairs:
        columns.setdefault(column, []).append(Step(output, "smlad", part.words.index(pair)))
    for output, column, tap in singles:
        at = next(i for i, halves in enumerate(part.words) if tap in halves)
        half = "bt"[part.words[at].index(tap)]
        if not row.inside(column):
            padding.append(Step(output, f"smlab{half}", at))
        elif column - 1 in paired:
            columns.setdefault(column - 1, []).append(Step(output, f"smlat{half}", at))
        else:
            columns.setdefault(column, []).append(Step(output, f"smlab{half}", at))
    return tuple(padding), tuple(
        Column((c - anchor, c - anchor + 1) if c in paired else (c - anchor,), tuple(s))
        for c, s in sorted(columns.items())
    )

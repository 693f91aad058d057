"""The inner blocks: sums of some pixels and some output channels over 16-bit activations and int8 weights.

A block goes over all output channels. Registers when it is called:

    r1 weights, as `weights.pack` orders them; afterwards what follows them
    r2 activations: word t of pixel p of P at 4 (t P + p)    r3 output of the first pixel
    r4 output behind the first pixel's last channel           r5 bytes from pixel to pixel
    r6 activations behind the loop's last

and while it sums:

    P x pairs    sums                  activations    weights
    1 x 2        r2 r3 | r4 r5         r6 - r9        r10 - r12, lr
    2 x 1        r2 r3 | r4 r5         r6 - r9        r10 - r12, lr
    3 x 1        r2 r3 | r4 r5 | r6 r7 r8 - r10       r11, r12; lr

with r0 at the activations and r1 at the weights. Two registers for each pair of channels and pixel: the first
channel's sum, and the second's ("plain"), or 256 times the second's plus the first's ("paired"). Access order:
every activation once for each block of channels, every weight once. Instructions for 16 products with weights in
pairs: 11.5 for 2 x 1, 11.3 for 3 x 1, 13.5 for 1 x 2; cycles on a Cortex-M4, where LDM of N words takes 1 + N:
17.5, 16.7 and 19.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tinyml.emit import requantize
from tinyml.emit.assembly import Lines, registers
from tinyml.emit.requantize import Form
from tinyml.emit.weights import STEP, Depth, chunks
from tinyml.plan.rows import Function

_LOOP, _SUM, _DONE = 1, 2, 3
_FRAME = 20  # bytes on the stack behind the return address: r2 to r6 of the call


@dataclass(frozen=True)
class Block:
    """What decides a block's code.

    Attributes:
        pixels: 1, 2 or 3.
        depth: how it goes through a channel's weights; its loop may take any number of turns.
        paired: whether two channels share halfwords.
        form: how sums become outputs.
        rest: output channels of the last turn, where that has not all of its channels; else 0.
    """

    pixels: int
    depth: Depth
    paired: bool
    form: Form
    rest: int

    @property
    def pairs(self) -> int:
        """Pairs of output channels of a turn."""
        return pairs_of(self.pixels)

    @property
    def name(self) -> str:
        """The function's name."""
        loop, rest = f"l{self.depth.unroll}" if self.depth.unroll else "", self.depth.rest
        depth = loop + (f"k{rest}" if rest else "")
        packing = "" if self.paired else "_plain"
        last = f"_r{self.rest}" if self.rest else ""
        return f"block_{self.pixels}x{2 * self.pairs}_{depth}{packing}_{self.form.name}{last}"


def pairs_of(pixels: int) -> int:
    """Return how many pairs of output channels a block of `pixels` pixels computes at once."""
    return 2 if pixels == 1 else 1


def function(block: Block) -> Function:
    """Return the function of a block."""
    code = Lines()
    emitter = _Emitter(code, block)
    code.op("push {r2-r6, lr}", "mov r0, r2")
    code.label(_LOOP)
    emitter.begin()
    if block.depth.unroll:
        code.label(_SUM)
        emitter.sum(block.depth.unroll)
        code.op(f"ldr {emitter.activations[0]}, [sp, #16]", f"cmp r0, {emitter.activations[0]}", f"bne {_SUM}b")
    emitter.sum(block.depth.rest)
    emitter.requantize()
    emitter.store()
    code.op(f"add sp, #{_FRAME}", "pop {pc}")
    return Function(block.name, _summary(block), code.body)


def _summary(block: Block) -> tuple[str, ...]:
    parts = (f"{block.depth.unroll} weights a turn", f"{block.depth.rest} weights")
    through = " and ".join(
        text for text, there in zip(parts, (block.depth.unroll, block.depth.rest), strict=True) if there
    )
    packing = "two channels a halfword" if block.paired else "a byte each"
    last = f"r{1 + 2 * block.pixels * block.pairs}"
    return (
        f"{block.pixels} pixels x {2 * block.pairs} channels, {through}, {packing}; {block.form.text}.",
        "r1 weights, r2 activations, r3 output, r4 its end, r5 bytes between pixels, r6 end of the loop.",
        f"Sums in r2 to {last}; behind them activations, then weights. [sp]: r2 to r6.",
    )


class _Emitter:
    """Writes the parts of one block."""

    def __init__(self, code: Lines, block: Block) -> None:
        self._code = code
        self._block = block
        pixels, pairs = block.pixels, block.pairs
        self._sums = [
            [(f"r{2 + 2 * (p * pairs + q)}", f"r{3 + 2 * (p * pairs + q)}") for q in range(pairs)]
            for p in range(pixels)
        ]
        self.activations = ["r8", "r9", "r10"] if pixels == 3 else ["r6", "r7", "r8", "r9"]
        self._fresh: set[str] = set()  # sums that take the first pixel's as what they add to
        self._weights = ["r11", "r12"] if pixels == 3 else ["r10", "r11", "r12", "lr"]

    def begin(self) -> None:
        """Load the biases into the first pixel's sums, and where there is a loop, into those of all pixels."""
        first = [register for pair in self._sums[0] for register in pair]
        self._code.op(f"ldmia r1!, {registers(first)}")
        if not self._block.depth.unroll:
            self._fresh = {register for other in self._sums[1:] for pair in other for register in pair}
            return
        for other in self._sums[1:]:
            self._code.op(
                *(f"mov {to}, {of}" for to, of in zip((r for pair in other for r in pair), first, strict=True))
            )

    def sum(self, weights: int) -> None:
        """Add the products of `weights` weights of each channel and pixel."""
        for chunk in chunks(weights):
            if not self._block.paired:
                for _ in range(chunk // STEP):
                    self._plain()
            else:
                {1: self._one, 2: self._two, 3: self._three}[self._block.pixels](chunk // 2)

    def _one(self, words: int) -> None:
        """One pixel, two pairs: `words` words of activations, which both pairs meet."""
        self._load("r0", self.activations[:words])
        for pair in range(2):
            weights = self._weights[:words]
            self._load("r1", weights)
            meet = [[(x, self._sums[0][pair])] for x in self.activations[:words]]
            self._pair_products(dict(zip(weights, meet, strict=True)))

    def _two(self, words: int) -> None:
        """Two pixels, one pair: `words` words of weights, each of which two words of activations meet."""
        self._load("r1", self._weights[:words])
        for at in range(0, words, 2):
            self._load("r0", self.activations)
            meet = [self.activations[2 * i : 2 * i + 2] for i in range(2)]
            parts = [[(x, sums[0]) for x, sums in zip(each, self._sums, strict=True)] for each in meet]
            self._pair_products(dict(zip(self._weights[at : at + 2], parts, strict=False)))

    def _three(self, words: int) -> None:
        """Three pixels, one pair: `words` words of weights, each of which three words of activations meet."""
        for _ in range(0, words, 2):
            self._load("r1", self._weights)
            for w in self._weights:
                self._load("r0", self.activations)
                meet = [(x, sums[0][1]) for x, sums in zip(self.activations, self._sums, strict=True)]
                self._add(w, meet, f"sxtb16 lr, {w}")
                self._add("lr", [(x, sums[0][0]) for x, sums in zip(self.activations, self._sums, strict=True)])

    def _pair_products(self, met: Mapping[str, Sequence[tuple[str, tuple[str, str]]]]) -> None:
        """Multiply words of two halfwords 256 b + a with a word of activations of each pixel.

        Where there are several, none is used right after its bytes were taken out: a Cortex-M33 would wait.
        """
        for weight, parts in met.items():
            self._add(weight, [(x, second) for x, (_, second) in parts])
            self._code.op(f"sxtb16 {weight}, {weight}")
        for weight, parts in met.items():
            self._add(weight, [(x, first) for x, (first, _) in parts])

    def _add(self, weight: str, parts: list[tuple[str, str]], *between: str) -> None:
        """Multiply a word of weights with a word of activations for each pixel's sum, the first pixel's last.

        `between` comes after the first product, with which a Cortex-M7 issues it at once.
        """
        bias = parts[0][1]
        for x, total in reversed(parts):
            self._code.op(f"smlad {total}, {x}, {weight}, {bias if total in self._fresh else total}")
            self._fresh.discard(total)
            self._code.op(*between)
            between = ()

    def _plain(self) -> None:
        """Four weights of each channel, a word a channel."""
        pixels, pairs = self._block.pixels, self._block.pairs
        weights = self._weights[: 2 * pairs]
        spare = {1: "r8", 2: "r12", 3: "lr"}[pixels]
        self._load("r1", weights)
        for half, rotation in enumerate(("", ", ror #8")):
            words = self.activations[pixels * half : pixels * (half + 1)] if pixels < 3 else self.activations
            if pixels == 3 or half == 0:
                self._load("r0", self.activations[: 2 * pixels] if pixels < 3 else self.activations)
            for channel, w in enumerate(weights):
                self._code.op(f"sxtb16 {spare}, {w}{rotation}")
                totals = [sums[channel // 2][channel % 2] for sums in self._sums]
                self._add(spare, list(zip(words, totals, strict=True)))

    def _load(self, pointer: str, names: list[str]) -> None:
        self._code.op(f"ldmia {pointer}!, {registers(names)}")

    def requantize(self) -> None:
        """Turn all sums into outputs."""
        spare = (
            ["r8", "r9", "r10", "r11", "r12", "lr"] if self._block.pixels == 3 else [f"r{i}" for i in range(6, 12)]
        )
        for q in range(self._block.pairs):
            sums = [pixel[q] for pixel in self._sums]
            requantize.emit(self._code, self._block.form, sums, self._block.paired, spare)

    def store(self) -> None:
        """Store the outputs, go back to the first activation, and turn until all channels are done."""
        code, pixels = self._code, self._block.pixels
        output, end, between = ("r8", "r9", "r10") if pixels == 3 else ("r6", "r7", "r8")
        code.op(f"ldm sp, {{r0, {output}, {end}, {between}}}")
        channels = [(q, i) for q in range(self._block.pairs) for i in range(2)]
        for number, (q, i) in enumerate(channels):
            if number and number == self._block.rest:
                code.op(f"cmp {output}, {end}", f"beq {_DONE}f")
            if pixels == 3:
                code.op(f"strb {self._sums[2][q][i]}, [{output}, {between}, lsl #1]")
            if pixels >= 2:
                code.op(f"strb {self._sums[1][q][i]}, [{output}, {between}]")
            code.op(f"strb {self._sums[0][q][i]}, [{output}], #1")
        code.op(f"str {output}, [sp, #4]", f"cmp {output}, {end}", f"bne {_LOOP}b")
        code.label(_DONE)

"""MUL of int8 for the DSP extension: TFLM's two roundings of a product in two instructions.

    out = (t + round(2 (a + offset_a) (b + offset_b) * M / 2^32)) >> n, saturated

with t = 2^(n - 1) + zero point * 2^n, and one less where the product is negative, for TFLM rounds away from zero.
Where no product is negative, or all such outputs are clamped, that instruction is left out; which form gives all
65,536 pairs is tried out when the layer is compiled.

    r0 r1  inputs      r3 r9  elements, and t of one      r8 r10  words, and their odd bytes
    r2     output      r4 r5  M, t                        r12 lr  even bytes of both inputs, or all of the one held
    r11    end         r6 r7  offsets, two to a register

Halfwords hold bytes plus their offset, those of the second input twice that. Three ways:

- "pairs": both inputs have all elements.
- "channels": the second has one pixel, whose channels meet all pixels of the first. Four channels are held at a
  time, or one where they are no multiple of four, while the pixels go by.
- "one": the second has one element.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tinyml.emit.elementwise import Integers, requantized, words_of
from tinyml.emit.listing import MOVE_LIMIT, Listing
from tinyml.emit.site import Site
from tinyml.ops import Constant
from tinyml.plan.rows import RowKernel, Source

_LARGEST_SHIFT = 20  # with it, a zero point leaves room for an output in 32 bits
_POST_INDEX_LIMIT = 255  # bytes that LDR goes on by
_ALL = np.arange(-128, 128, dtype=np.int64)
_WAYS = {
    "pairs": "all elements of both",
    "channels": "a pixel of the second for all of the first",
    "one": "one element of the second",
}


@dataclass(frozen=True)
class Product:
    """How two inputs become an output; `offsets` are added to them.

    Attributes:
        offsets: of both inputs, -127 to 128.
        multiplier: M.
        addend: t.
        shift: n, 0 to 20.
        is_signed: whether t is one less for a negative product.
        low, high: the clamp.
    """

    offsets: tuple[int, int]
    multiplier: int
    addend: int
    shift: int
    is_signed: bool
    low: int
    high: int

    def values(self) -> Integers:
        """Return the outputs of all pairs, [a + 128][b + 128]."""
        twice = 2 * np.multiply.outer(*(_ALL + offset for offset in self.offsets))
        addend = self.addend - (twice < 0) * self.is_signed
        sums = addend + (twice * self.multiplier + (1 << 31) >> 32)
        clamped: Integers = np.clip(np.clip(sums >> self.shift, -128, 127), self.low, self.high)
        return clamped


@dataclass(frozen=True)
class Shape:
    """What one call computes.

    Attributes:
        way: "pairs", "channels" or "one".
        pixels, channels: of the output; 1 pixel for "pairs" and "one".
    """

    way: str
    pixels: int
    channels: int


def products_of(params: Mapping[str, int | float]) -> Integers:
    """Return what mul_s8 gives for all pairs, [a + 128][b + 128]; its shift is 0 or less."""
    at = {name: int(value) for name, value in params.items()}
    products = np.multiply.outer(_ALL + at["input1_offset"], _ALL + at["input2_offset"])
    scaled = requantized(products, at["output_multiplier"], at["output_shift"]) + at["output_offset"]
    return np.clip(scaled, at["activation_min"], at["activation_max"])


def find_product(params: Mapping[str, int | float]) -> Product | None:
    """Return the shortest form with which every pair gives what mul_s8 gives, or None where there is none."""
    at = {name: int(value) for name, value in params.items()}
    shift = -at["output_shift"]
    if not 0 <= shift <= _LARGEST_SHIFT:
        return None
    addend = (1 << shift >> 1) + at["output_offset"] * (1 << shift)
    offsets = (at["input1_offset"], at["input2_offset"])
    bounds = (at["activation_min"], at["activation_max"])
    wanted = products_of(params)
    for is_signed in (False, True):
        found = Product(offsets, at["output_multiplier"], addend, shift, is_signed, *bounds)
        if (found.values() == wanted).all():
            return found
    return None


def emit_mul(site: Site) -> RowKernel | None:
    """Return the kernel of a MUL, or None where none is exact or the inputs are broadcast in another way."""
    inputs = list(site.call.pointers[:2])
    found = find_product(site.call.params)
    if found is None or all(isinstance(pointer, Constant) for pointer in inputs):
        return None
    for first, second in ((0, 1), (1, 0)):
        laid = _layout(site, first, second)
        if laid is not None:
            of = replace(found, offsets=(found.offsets[first], found.offsets[second]))
            shape, calls, step = _by_rows(site, *laid)
            return _kernel(site, of, shape, calls, step, (inputs[first], inputs[second]))
    return None


def _layout(site: Site, first: int, second: int) -> tuple[Shape, int, int] | None:
    """Return what a call computes, how many there are, and the steps of the input `second` from call to call.

    The input `first` has to have all elements. None where inputs are broadcast in another way.
    """
    sizes = [site.param(f"size_{k}") for k in range(4)]
    steps = [
        [site.param(f"input{i + 1}_step_{k}") if sizes[k] > 1 else 0 for k in range(4)] for i in (first, second)
    ]
    whole = [int(np.prod(sizes[k + 1 :])) if sizes[k] > 1 else 0 for k in range(4)]
    if steps[0] != whole or np.prod(sizes) > MOVE_LIMIT:
        return None
    if steps[1] == whole:
        return Shape("pairs", 1, int(np.prod(sizes))), 1, 0
    held = sizes[3] if steps[1][3] else 1
    if steps[1][3] and not steps[1][2]:
        shape, outer = Shape("channels", sizes[2], sizes[3]), 2
    elif not steps[1][3]:
        shape, outer = Shape("one", 1, sizes[3]), 3
    else:
        return None
    calls = int(np.prod(sizes[:outer]))
    walked = [held * int(np.prod(sizes[k + 1 : outer])) if sizes[k] > 1 else 0 for k in range(outer)]
    if steps[1][:outer] not in (walked, [0] * outer):
        return None
    # Words are loaded, so that every row has to begin with one.
    if shape.way == "one" and calls > 1 and shape.channels % 4:
        return None
    return shape, calls, int(any(steps[1][:outer]))


def _by_rows(site: Site, shape: Shape, calls: int, step: int) -> tuple[Shape, int, int]:
    """Return what `_layout` does with a call for each row of the image, where one call computes all of it."""
    rows = site.image_rows
    has_array = any(isinstance(pointer, Constant) for pointer in site.call.pointers[:2])
    if calls > 1 or rows == 1 or (has_array and shape.way == "pairs"):
        return shape, calls, step
    if shape.way == "channels":
        if shape.pixels % rows:
            return shape, calls, step
        return replace(shape, pixels=shape.pixels // rows), rows, step
    return replace(shape, channels=shape.channels // rows), rows, int(shape.way == "pairs")


def _kernel(
    site: Site, of: Product, shape: Shape, calls: int, step: int, inputs: tuple[int | Constant, int | Constant]
) -> RowKernel | None:
    size = shape.pixels * shape.channels
    held = {"pairs": size, "channels": shape.channels, "one": 1}[shape.way]
    offsets = [_twice(offset) for offset in of.offsets]
    numbers = [np.array([of.multiplier, of.addend & 0xFFFFFFFF, *offsets], np.uint32)]
    sources: list[Source] = []
    places: list[str] = []
    for pointer, stride, row_bytes in zip(inputs, (1, step), (size, held), strict=True):
        if isinstance(pointer, Constant):
            if stride and calls > 1:
                return None
            places.append(f"add {{}}, r3, #{4 * sum(map(len, numbers))}")
            numbers.append(words_of(pointer.values).view(np.uint32))
        else:
            places.append(f"ldr {{}}, [r0, #{4 * len(sources)}]")
            sources.append(Source(pointer, calls if stride else 1, row_bytes, stride=stride))
    listing = Listing()
    write(listing, shape, of, places)
    function = listing.function(
        "mul",
        f"Products of {size} pairs of int8: {_WAYS[shape.way]}.",
        "r0, r1: inputs, r2: output, r3, r9: elements, r4, r5: M and t, r6, r7: offsets, r8, r10: words,",
        "r11: end, r12, lr: even bytes of a word of both inputs, or all of the second's that are held.",
        "Reads four elements of an input, then writes their outputs.",
    )
    return RowKernel(
        function=function,
        images=1,
        height=calls,
        row_bytes=size,
        sources=tuple(sources),
        output=site.output.index,
        constants=Constant("constants", np.concatenate(numbers)),
        in_place=tuple(source.tensor for source in sources if source.row_bytes == size and source.height == calls),
        form="TFLM's two roundings: compared for all 65,536 pairs.",
    )


def _twice(value: int) -> int:
    """Return two halfwords of `value`."""
    return (value & 0xFFFF) * 0x00010001


def write(listing: Listing, shape: Shape, of: Product, places: Sequence[str]) -> None:
    """Write the function; the output may lie upon the input that has all elements.

    Args:
        listing: gets the instructions.
        shape: what a call computes.
        of: how.
        places: for each input, the instruction that puts its address, a multiple of 4, into the register {}.
    """
    _Emitter(listing, shape, of).run(places)


class _Emitter:
    """Writes the function."""

    def __init__(self, listing: Listing, shape: Shape, of: Product) -> None:
        self._asm = listing
        self._shape = shape
        self._of = of

    def run(self, places: Sequence[str]) -> None:
        asm, shape = self._asm, self._shape
        asm("push {r4-r11, lr}", "mov r2, r1", places[1].format("r1"), places[0].format("r0"))
        asm("ldm r3, {r4, r5, r6, r7}")
        if shape.way == "pairs":
            self._pairs()
        elif shape.way == "one":
            self._hold_byte()
            self._row(shape.channels // 4, 4, word=True)
            for _ in range(shape.channels % 4):
                self._byte(1)
        else:
            self._channels()
        asm("pop {r4-r11, pc}")

    def _pairs(self) -> None:
        asm = self._asm
        words, rest = divmod(self._shape.channels, 4)
        groups, left = divmod(words, 2)
        if groups:
            asm("mov r11, r2")
            asm.move("r11", 8 * groups)
            asm.begin(groups, "1")
            self._pair(0)
            self._pair(4)
            asm("adds r2, #8", "cmp r2, r11", "bne 1b")
            asm.end()
        if left:
            self._pair(0)
            asm("adds r2, #4")
        for _ in range(rest):
            self._hold_byte()
            asm("adds r1, #1")
            self._byte(1)

    def _pair(self, place: int) -> None:
        """Write four outputs of four elements of both inputs."""
        asm = self._asm
        asm("ldr r8, [r0], #4", "ldr r10, [r1], #4", "sxtab16 r12, r6, r8", "sxtab16 lr, r7, r10")
        asm("sxtab16 r8, r6, r8, ror #8", "sxtab16 r10, r7, r10, ror #8")
        asm("sadd16 lr, lr, lr", "sadd16 r10, r10, r10")
        self._two("r12", "lr", ("r3", "lr"), ("r9", "r12"), place)
        self._two("r8", "r10", ("r3", "r10"), ("r9", "r8"), place + 1)

    def _channels(self) -> None:
        asm, shape = self._asm, self._shape
        at_once = 4 if shape.channels % 4 == 0 else 1
        asm("push {r7}", "mov r8, r1")
        asm.move("r8", shape.channels)
        asm("push {r8}")
        asm.begin(shape.channels // at_once, "2")
        asm("ldr r7, [sp, #4]")
        if at_once == 4:
            asm("ldr r10, [r1], #4", "sxtab16 r12, r7, r10", "sxtab16 lr, r7, r10, ror #8")
            asm("sadd16 r12, r12, r12", "sadd16 lr, lr, lr")
        else:
            self._hold_byte()
            asm("adds r1, #1")
        self._row(shape.pixels, shape.channels, word=at_once == 4)
        back = at_once - shape.pixels * shape.channels
        for pointer in ("r0", "r2") if back else ():
            asm.move(pointer, back)
        asm("ldr r3, [sp]", "cmp r1, r3", "bne 2b")
        asm.end()
        asm("add sp, #8")

    def _hold_byte(self) -> None:
        """Hold the element at r1."""
        self._asm("ldrsb r12, [r1]", "sxtah r12, r12, r7", "lsl r12, r12, #1", "pkhbt r12, r12, r12, lsl #16")
        self._asm("mov lr, r12")

    def _row(self, count: int, stride: int, word: bool) -> None:
        """Write `count` words or bytes, `stride` bytes from one to the next, with what is held."""
        asm = self._asm
        if count > 1:
            asm("mov r11, r2")
            asm.move("r11", count * stride)
            asm.begin(count, "1")
        if count:
            (self._word if word else self._byte)(stride)
        if count > 1:
            asm("cmp r2, r11", "bne 1b")
            asm.end()

    def _load(self, operation: str, stride: int) -> None:
        asm = self._asm
        if stride <= _POST_INDEX_LIMIT:
            asm(f"{operation} r8, [r0], #{stride}")
        else:
            asm(f"{operation} r8, [r0]")
            asm.move("r0", stride)

    def _word(self, stride: int) -> None:
        """Write four outputs; r7 is lost."""
        self._load("ldr", stride)
        self._asm("sxtab16 r10, r6, r8", "sxtab16 r8, r6, r8, ror #8")
        self._two("r10", "r12", ("r3", "r10"), ("r9", "r7"), 0)
        self._two("r8", "lr", ("r3", "r8"), ("r9", "r7"), 1)
        self._asm.move("r2", stride)

    def _byte(self, stride: int) -> None:
        self._load("ldrsb", stride)
        self._asm("sxtah r8, r8, r6", "smulbb r3, r8, r12")
        self._outputs(["r3"], ["r9"], [0])
        self._asm.move("r2", stride)

    def _two(self, first: str, second: str, elements: tuple[str, str], spare: tuple[str, str], place: int) -> None:
        """Write the outputs of two halfwords of each input, two bytes apart; `first` may be lost."""
        self._asm(f"smulbb {elements[0]}, {first}, {second}", f"smultt {elements[1]}, {first}, {second}")
        self._outputs(elements, spare, [place, place + 2])

    def _outputs(self, elements: Sequence[str], spare: Sequence[str], places: Sequence[int]) -> None:
        """Write outputs, step by step for all, as cores with latencies like it."""
        asm, of = self._asm, self._of
        if of.is_signed:
            asm(*(f"add {t}, r5, {x}, asr #31" for x, t in zip(elements, spare, strict=True)))
        addends = spare if of.is_signed else ["r5"] * len(elements)
        asm(*(f"smmlar {x}, {x}, r4, {t}" for x, t in zip(elements, addends, strict=True)))
        shifted = f", asr #{of.shift}" if of.shift else ""
        asm(*(f"ssat {x}, #8, {x}{shifted}" for x in elements))
        for x in elements:
            asm.clamp(x, of.low, of.high)
        asm(*(f"strb {x}, [r2, #{place}]" for x, place in zip(elements, places, strict=True)))

"""ADD and SUB of int8 for the DSP extension: two multiply-accumulates and a saturation an element.

Both inputs are scaled by 32-bit factors with 20 or so bits behind the point, so that TFLM's chain of five
roundings is one floor of a sum: out = (alpha * a + beta * b + gamma) >> E, saturated. Whether constants exist with
which that is the same for all 65,536 pairs is tried out when the layer is compiled.

    r0 r1  inputs            r4 r5 r6  alpha, beta, gamma       r8 r9, r10 r11  words of both inputs
    r2     output            r7        the mask 0xff00ff00      r12 lr          odd bytes' places of a word
    r3     an element

SMLAWB and SMLAWT multiply a 32-bit factor with a halfword and drop 16 bits. The halfwords are bytes times 256,
which a mask makes of a word, two at a time; so 8 bits behind the point are dropped. A row is all elements, or the
innermost dimension where an input has only that one; a constant input lies behind the three numbers.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinyml.emit.listing import MOVE_LIMIT, Listing
from tinyml.emit.site import Site
from tinyml.ops import Constant
from tinyml.plan.rows import RowKernel, Source

_LEFT_SHIFT = 20  # TM_SUM_S8_LEFT_SHIFT of the kernels
_MASK = 0xFF00FF00
_TRIES = 100
_INT32_MAX = (1 << 31) - 1

Integers = npt.NDArray[np.int64]
_ALL = np.arange(-128, 128, dtype=np.int64)


@dataclass(frozen=True)
class Sum:
    """(alpha * a + beta * b + gamma) >> exponent, saturated to an int8, then a clamp from low to high.

    Factors apply to 256 times an input and lose 16 bits.
    """

    alpha: int
    beta: int
    gamma: int
    exponent: int
    low: int
    high: int

    def values(self) -> Integers:
        """Return the outputs of all pairs, [a + 128][b + 128]."""
        sums = _scaled(self.alpha)[:, None] + _scaled(self.beta)[None, :] + self.gamma
        clamped: Integers = np.clip(np.clip(sums >> self.exponent, -128, 127), self.low, self.high)
        return clamped


def _scaled(factor: int) -> Integers:
    products: Integers = factor * (_ALL << 8) >> 16
    return products


def requantized(x: Integers, multiplier: int, shift: int) -> Integers:
    """Return x * multiplier * 2^(shift - 31) with the kernels' two roundings; `shift` is 0 or less."""
    high = x * multiplier + (1 << 30) >> 31
    return high if shift == 0 else high - (high < 0) + (1 << -shift - 1) >> -shift


def sums_of(params: Mapping[str, int | float], sign: int) -> Integers:
    """Return what add_s8 (sign 1) or sub_s8 (sign -1) gives for all pairs, [a + 128][b + 128]."""
    at = {name: int(value) for name, value in params.items()}
    first, second = (
        requantized(
            (_ALL + at[f"input{i}_offset"]) << _LEFT_SHIFT, at[f"input{i}_multiplier"], at[f"input{i}_shift"]
        )
        for i in (1, 2)
    )
    both = first[:, None] + sign * second[None, :]
    scaled = requantized(both, at["output_multiplier"], at["output_shift"]) + at["output_offset"]
    return np.clip(scaled, at["activation_min"], at["activation_max"])


def _steps() -> Iterator[tuple[int, int]]:
    """Yield the pairs of integers, those near (0, 0) first."""
    for radius in itertools.count():
        side = range(-radius, radius + 1)
        yield from ((a, b) for a in side for b in side if max(abs(a), abs(b)) == radius)


def find_sum(params: Mapping[str, int | float], sign: int) -> Sum | None:
    """Return constants with which every pair gives what the kernel gives, or None where none were found.

    Args:
        params: of add_s8 or sub_s8.
        sign: 1 for ADD, -1 for SUB.
    """
    at = {name: int(value) for name, value in params.items()}
    wanted, low, high = sums_of(params, sign), at["activation_min"], at["activation_max"]
    out = at["output_multiplier"] * 2.0 ** (at["output_shift"] - 31)
    slopes = [at[f"input{i}_multiplier"] * 2.0 ** (at[f"input{i}_shift"] - 31 + _LEFT_SHIFT) * out for i in (1, 2)]
    slopes[1] *= sign
    exponent = _exponent(slopes, [at["input1_offset"], at["input2_offset"]])
    if exponent < 1:
        return None
    start = [round(slope * 2 ** (exponent + 8)) for slope in slopes]
    for steps in itertools.islice(_steps(), _TRIES):
        alpha, beta = (value + step for value, step in zip(start, steps, strict=True))
        gamma = _gamma(wanted, _scaled(alpha)[:, None] + _scaled(beta)[None, :], exponent, low, high)
        if gamma is not None and max(abs(alpha), abs(beta)) <= _INT32_MAX:
            return Sum(alpha, beta, gamma, exponent, low, high)
    return None


def _exponent(slopes: list[float], offsets: list[int]) -> int:
    """Return how many bits there may be behind the point such that nothing overflows 32 bits."""
    most = sum(abs(slope) * (128 + abs(offset)) for slope, offset in zip(slopes, offsets, strict=True)) + 130
    of_sum = 31 - int(np.ceil(np.log2(most)))
    of_factor = 30 - 8 - int(np.ceil(np.log2(max(*map(abs, slopes), 2.0**-20))))
    return min(of_sum, of_factor, 22)


def _gamma(wanted: Integers, scaled: Integers, exponent: int, low: int, high: int) -> int | None:
    """Return the number that brings every scaled sum to the output that is wanted, or None."""
    above = ((wanted << exponent) - scaled)[wanted > low]
    below = ((wanted + 1 << exponent) - 1 - scaled)[wanted < high]
    least, most = int(above.max(initial=-(1 << 30))), int(below.min(initial=1 << 30))
    gamma = (least + most) // 2
    fits = least <= most and int(np.abs(scaled + gamma).max()) <= _INT32_MAX and abs(gamma) <= _INT32_MAX
    return gamma if fits else None


def emit_add(site: Site) -> RowKernel | None:
    """Return the kernel of an ADD, or None where none is exact or the inputs are broadcast in another way."""
    return _emit(site, 1)


def emit_sub(site: Site) -> RowKernel | None:
    """Return the kernel of a SUB, or None where none is exact or the inputs are broadcast in another way."""
    return _emit(site, -1)


def _emit(site: Site, sign: int) -> RowKernel | None:
    inputs = site.call.pointers[:2]
    rows, elements = _rows(site)
    strides = [_stride(site, number, elements) for number in (1, 2)]
    # Words are loaded, so that every row has to begin with one.
    if None in strides or (rows > 1 and elements % 4) or elements > MOVE_LIMIT:
        return None
    found = find_sum(site.call.params, sign)
    if found is None or all(isinstance(pointer, Constant) for pointer in inputs):
        return None
    numbers = [np.array([found.alpha, found.beta, found.gamma], np.int32)]
    sources: list[Source] = []
    places: list[str] = []
    for pointer, stride in zip(inputs, strides, strict=True):
        if isinstance(pointer, Constant):
            if stride and rows > 1:
                return None
            places.append(f"add {{}}, r3, #{4 * sum(map(len, numbers))}")
            numbers.append(words_of(pointer.values))
        else:
            places.append(f"ldr {{}}, [r0, #{4 * len(sources)}]")
            sources.append(Source(pointer, rows if stride else 1, elements, stride=stride or 0))
    listing = Listing()
    write(listing, elements, found, places)
    function = listing.function(
        "add" if sign > 0 else "sub",
        f"{'Sums' if sign > 0 else 'Differences'} of {elements} pairs of int8, (alpha a + beta b + gamma) >> E.",
        "r0, r1: inputs, r2: output, r3: an element, r4 to r6: alpha, beta, gamma, r7: mask, r8 up: words.",
        "Reads eight pairs, then writes their outputs.",
    )
    return RowKernel(
        function=function,
        images=1,
        height=rows,
        row_bytes=elements,
        sources=tuple(sources),
        output=site.output.index,
        constants=Constant("constants", np.concatenate(numbers)),
        # Pairs are read before their outputs are written.
        in_place=tuple(source.tensor for source in sources if source.stride),
        form="One linear form for TFLM's roundings: compared for all 65,536 pairs.",
    )


def _rows(site: Site) -> tuple[int, int]:
    """Return how many rows there are, and elements of a row.

    Where all is one row, the rows of an image stay apart, which others may want to compute one by one.
    """
    rows, elements = site.param("size_0") * site.param("size_1") * site.param("size_2"), site.param("size_3")
    if rows > 1 or any(isinstance(pointer, Constant) for pointer in site.call.pointers[:2]):
        return rows, elements
    return site.image_rows, elements // site.image_rows


def _stride(site: Site, number: int, elements: int) -> int | None:
    """Return how many rows an input moves on for each row of the output, 0 or 1, or None where that changes."""
    steps = [site.param(f"input{number}_step_{k}") for k in range(4)]
    loops = [k for k in range(3) if site.param(f"size_{k}") > 1]
    if steps[3] != 1:
        return None
    if all(steps[k] == 0 for k in loops):
        return 0 if loops else 1
    distance = elements
    for k in reversed(loops):
        if steps[k] != distance:
            return None
        distance *= site.param(f"size_{k}")
    return 1


def words_of(values: npt.NDArray[np.generic]) -> npt.NDArray[np.int32]:
    """Return int8 values as little-endian words, with zeros behind them."""
    data = values.astype(np.int8).tobytes()
    return np.frombuffer(data + bytes(-len(data) % 4), "<i4").astype(np.int32)


def write(asm: Listing, elements: int, of: Sum, places: Sequence[str]) -> None:
    """Write the function for rows of so many elements; the output may lie upon an input.

    Args:
        asm: gets the instructions.
        elements: of a row.
        of: the numbers.
        places: for each input, the instruction that puts its address, a multiple of 4, into the register {}.
    """
    asm("push {r4-r11, lr}", "mov r2, r1", places[1].format("r1"), places[0].format("r0"))
    asm("ldm r3, {r4, r5, r6}", f"mov r7, #0x{_MASK:08x}")
    groups = elements // 8
    if groups:
        asm("mov r3, r2")
        asm.move("r3", 8 * groups)
        asm("push {r3}")
        asm.begin(groups, "1")
        _group(asm, of)
        asm("ldr r3, [sp]", "adds r2, #8", "cmp r2, r3", "bne 1b")
        asm.end()
        asm("add sp, #4")
    for i in range(elements % 8):
        asm(f"ldrsb r8, [r0, #{i}]", f"ldrsb r10, [r1, #{i}]", "lsls r8, r8, #8", "lsls r10, r10, #8")
        _element(asm, of, "r8", "r10", "b", i)
    asm("pop {r4-r11, pc}")


def _group(asm: Listing, of: Sum) -> None:
    """Write eight elements."""
    asm("ldm r0!, {r8, r9}", "ldm r1!, {r10, r11}")
    for word, (first, second) in enumerate((("r8", "r10"), ("r9", "r11"))):
        asm(f"and r12, r7, {first}, lsl #8", f"and {first}, r7, {first}")
        asm(f"and lr, r7, {second}, lsl #8", f"and {second}, r7, {second}")
        places = (("r12", "lr", "b"), (first, second, "b"), ("r12", "lr", "t"), (first, second, "t"))
        for i, place in enumerate(places):
            _element(asm, of, *place, 4 * word + i)


def _element(asm: Listing, of: Sum, first: str, second: str, half: str, place: int) -> None:
    asm(f"smlaw{half} r3, r4, {first}, r6", f"smlaw{half} r3, r5, {second}, r3")
    asm(f"ssat r3, #8, r3, asr #{of.exponent}")
    asm.clamp("r3", of.low, of.high)
    asm(f"strb r3, [r2, #{place}]")

"""From 32-bit sums to int8 outputs for the DSP extension, where one form of TFLM's two roundings is exact.

`Folded`, 2 instructions, where everything below the output's zero point is clamped anyway (a fused RELU with zero
point -128). A channel's sum comes multiplied by 2^(1 + d), d = E - e >= 1, where 2^-e is its shift:

    SMMLA acc, acc, M, C        with C = 2^(d - 1) + 2^(E - 1) + zero point * 2^E
    SSAT  acc, #8, acc, ASR #E

C - 2^(d - 1) is the same for all channels, -255 * 2^(E - 1). A positive sum x becomes
floor((x M + 2^30 + 2^(30 + e)) / 2^(31 + e)), both roundings in one floor; a negative one becomes 0 or less, as
TFLM's does.

`Signed`, 4 instructions, for any clamp. The sum comes multiplied by 2:

    ADD    t, C, acc, ASR #31   with C = 2^(e - 1) + zero point * 2^e
    SMMLAR acc, acc, M, t
    ASR    acc, acc, e
    SSAT   acc, #8, acc

TFLM subtracts 1 where the product is negative, this where the sum is; they differ where the product rounds to 0,
and then both give 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tinyml.emit.listing import Listing

LARGEST_SHIFT = 19  # with it and one more, a zero point of -128 leaves room for the product in 32 bits
_PREFERRED, _MORE = 11, 8  # values of E are tried from there: layers with the same E share code
_INT32_MAX = (1 << 31) - 1
_INT16_MAX = (1 << 15) - 1

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Channels:
    """What is known of the sums of a layer's output channels.

    Attributes:
        largest: [channels], how far from 0 a channel's sum may be.
        weight: [channels], the largest weight of a channel, without its sign.
        multipliers: [channels].
        exponents: [channels], -shift.
        zero_point: of the output.
        low, high: the clamp.
    """

    largest: Integers
    weight: Integers
    multipliers: Integers
    exponents: Integers
    zero_point: int
    low: int
    high: int


class Epilogue(Protocol):
    """How sums become outputs.

    Attributes:
        scales: [channels], powers of two that weights and biases are multiplied by.
        constants: [channels, words], what `emit` reads for a channel.
        registers: how many registers `emit` needs.
        form: how it is exact, for people.
    """

    @property
    def scales(self) -> Integers:
        """See above."""

    @property
    def constants(self) -> npt.NDArray[np.int32]:
        """See above."""

    @property
    def registers(self) -> int:
        """See above."""

    @property
    def form(self) -> str:
        """See above."""

    @property
    def halves(self) -> Integers | None:
        """[channels], what the free half of a channel's last word of weights holds, or None where nothing."""

    def emit(self, asm: Listing, sums: Sequence[str], free: Sequence[str], word: str = "") -> None:
        """Write what turns some sums of a channel into outputs; r2 is at the channel's constants and moves on.

        Args:
            asm: gets it.
            sums: registers of the sums, and then of the outputs.
            free: registers that may change, in ascending order.
            word: the one of them that holds the last word of weights, where that has a half for `halves`.
        """

    def shortened(self) -> "Epilogue":
        """Return the epilogue with `halves` and fewer constants; itself where it has no such form."""


@dataclass(frozen=True, eq=False)
class Folded:
    """See above."""

    scales: Integers
    constants: npt.NDArray[np.int32]
    exponent: int
    high: int
    halves: Integers | None = None
    registers: int = 2
    form: str = "Requantized in one rounding: exact, as outputs below the zero point are clamped to it."

    def shortened(self) -> "Epilogue":
        """Return the form that computes C of 2^(d - 1), which fits half a word."""
        halves = self.constants[:, 1].astype(np.int64) + (255 << self.exponent - 1)
        return replace(self, constants=self.constants[:, :1], halves=halves)

    def emit(self, asm: Listing, sums: Sequence[str], free: Sequence[str], word: str = "") -> None:
        """Write the two instructions of each sum."""
        factor, addend = free[:2]
        if self.halves is None:
            asm(f"ldm r2!, {{{factor}, {addend}}}")
        else:
            factor, addend = next(register for register in free if register != word), word
            asm(f"asr {addend}, {word}, #16", f"sub {addend}, {addend}, #{255 << self.exponent - 1}")
            asm(f"ldr {factor}, [r2], #4")
        asm(*(f"smmla {x}, {x}, {factor}, {addend}" for x in sums))
        for x in sums:
            asm(f"ssat {x}, #8, {x}, asr #{self.exponent}")
            asm.clamp(x, -128, self.high)


@dataclass(frozen=True, eq=False)
class Signed:
    """See above."""

    scales: Integers
    constants: npt.NDArray[np.int32]
    low: int
    high: int
    halves: Integers | None = None
    registers: int = 4
    form: str = "Requantized in two roundings, the zero point in the second: exact for all sums that can occur."

    def shortened(self) -> "Epilogue":
        """Return itself."""
        return self

    def emit(self, asm: Listing, sums: Sequence[str], free: Sequence[str], word: str = "") -> None:
        """Write the four instructions of each sum."""
        factor, addend, exponent, signed = free[:4]
        asm(f"ldm r2!, {{{factor}, {addend}, {exponent}}}")
        for x in sums:
            asm(f"add {signed}, {addend}, {x}, asr #31", f"smmlar {x}, {x}, {factor}, {signed}")
            asm(f"asr {x}, {x}, {exponent}", f"ssat {x}, #8, {x}")
            asm.clamp(x, self.low, self.high)


def find_epilogue(of: Channels) -> Epilogue | None:
    """Return the shortest form that is exact for all sums, or None where none is."""
    if int(of.exponents.min()) < 1 or int(of.exponents.max()) > LARGEST_SHIFT:
        return None
    return _folded(of) or _signed(of)


def _folded(of: Channels) -> Folded | None:
    if of.zero_point != -128 or of.low != -128:
        return None
    least = int(of.exponents.max()) + 1
    for exponent in sorted(range(least, least + _MORE), key=lambda e: abs(e - _PREFERRED)):
        extra = exponent - of.exponents
        scales = np.left_shift(2, extra)
        if not _overflows(of, scales):
            break
    else:
        return None
    addends = (1 << extra - 1) + (1 << exponent - 1) + (of.zero_point << exponent)
    return Folded(scales, np.stack([of.multipliers, addends], 1).astype(np.int32), exponent, of.high)


def _signed(of: Channels) -> Signed | None:
    scales = np.full_like(of.exponents, 2)
    if _overflows(of, scales):
        return None
    addends = np.left_shift(1, of.exponents - 1) + np.left_shift(of.zero_point, of.exponents)
    constants = np.stack([of.multipliers, addends, of.exponents], 1).astype(np.int32)
    return Signed(scales, constants, of.low, of.high)


def _overflows(of: Channels, scales: Integers) -> bool:
    return bool((of.largest * scales > _INT32_MAX).any() or (of.weight * scales > _INT16_MAX).any())

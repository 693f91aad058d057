"""From sums to outputs in depthwise layers: the forms of requantize.py with weights shifted left instead of sums.

A channel's weights and bias are multiplied by 2^L of the form "three", or by 2 in the general one, so that a sum
arrives as SMMLA or SMMLAR takes it: two instructions an output, or four. Where the last word of a channel's
weights has a free half, it may hold 2^(L - 2), from which C is computed: 4 bytes less a channel, two instructions
more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tinyml.emit import requantize
from tinyml.emit.listing import Listing
from tinyml.emit.requantize import Ints, Requantized, Rescale

_WEIGHT_BITS = 15  # of a weight in half a word, without its sign


@dataclass(frozen=True, eq=False)
class Epilogue:
    """How sums of some channels become outputs.

    Attributes:
        of: the form and its constants.
        common: what C is without 2^(L - 2).
        halves: [channels], what the free half of the last word of weights holds, or None where nothing.
    """

    of: Requantized
    common: int
    halves: Ints | None = None

    @property
    def short(self) -> bool:
        """Whether it is the form of two instructions."""
        return self.of.form.kind == "three"

    @property
    def registers(self) -> int:
        """How many registers `emit` needs."""
        return 2 if self.short else 4

    @property
    def scales(self) -> Ints:
        """[channels], what weights and biases are multiplied by; nothing matters where an output is constant."""
        scales: Ints = np.where(self.of.multipliers == 0, 1, np.int64(1) << self.of.shifts)
        return scales if self.short else np.full_like(self.of.shifts, 2)

    @property
    def constants(self) -> npt.NDArray[np.int32]:
        """[channels, words], what `emit` reads for a channel."""
        words = [self.of.multipliers]
        if self.halves is None:
            words += [self.of.constants] if self.short else [self.of.constants, self.of.shifts]
        return np.stack(words, 1).astype(np.int32)

    def shortened(self) -> "Epilogue":
        """Return the epilogue with `halves`; itself where they cannot replace constants."""
        halves = self.of.constants - self.common
        fits = self.short and int(halves.min()) >= 0 and int(halves.max()) < 1 << _WEIGHT_BITS
        # An instruction takes 8 bits, anywhere in a word, as a number.
        fits = fits and abs(self.common) >> self.of.form.e - 1 < 1 << 8
        return replace(self, halves=halves) if fits else self

    def emit(self, asm: Listing, sums: Sequence[str], free: Sequence[str], word: str = "") -> None:
        """Write what turns some sums of a channel into outputs; r2 is at the channel's constants and moves on.

        Args:
            asm: gets it.
            sums: registers of the sums, and then of the outputs.
            free: registers that may change, in ascending order.
            word: the one of them that holds the last word of weights, where that has a half for `halves`.
        """
        (self._short if self.short else self._general)(asm, sums, free, word)
        requantize.emit_clamp(asm, self.of.form, list(sums), free[0])

    def _short(self, asm: Listing, sums: Sequence[str], free: Sequence[str], word: str) -> None:
        factor, addend = free[:2]
        if self.halves is None:
            asm(f"ldm r2!, {{{factor}, {addend}}}")
        else:
            factor, addend = next(register for register in free if register != word), word
            operation = "add" if self.common >= 0 else "sub"
            asm(f"asr {addend}, {word}, #16", f"{operation} {addend}, {addend}, #{abs(self.common)}")
            asm(f"ldr {factor}, [r2], #4")
        asm(*(f"smmla {x}, {x}, {factor}, {addend}" for x in sums))
        asm(*(f"ssat {x}, #8, {x}, asr #{self.of.form.e}" for x in sums))

    def _general(self, asm: Listing, sums: Sequence[str], free: Sequence[str], word: str) -> None:
        factor, addend, exponent, signed = free[:4]
        asm(f"ldm r2!, {{{factor}, {addend}, {exponent}}}")
        for x in sums:
            asm(f"add {signed}, {addend}, {x}, asr #31", f"smmlar {x}, {x}, {factor}, {signed}")
            asm(f"asr {x}, {x}, {exponent}", f"ssat {x}, #8, {x}")


def find_epilogue(rescale: Rescale, least: Ints, most: Ints, weight: Ints) -> Epilogue | None:
    """Return the shortest form that is exact for all sums, or None where none is.

    Args:
        rescale: what is done with sums.
        least, most: [channels], the sums that can occur.
        weight: [channels], the largest weight of a channel, without its sign.
    """
    room = np.array([_WEIGHT_BITS - int(value).bit_length() for value in weight], np.int64)
    found = requantize.requantize(rescale, least, most, room)
    if found is None:
        return None
    middle = found.constants - (np.int64(1) << np.maximum(found.shifts - 2, 0))
    live = middle[found.multipliers != 0]
    return Epilogue(found, int(live[0]) if len(live) else 0)

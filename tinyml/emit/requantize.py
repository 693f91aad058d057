"""From 32-bit sums to int8 in few instructions of the DSP extension, with the same bits as TFLM's double rounding.

TFLM computes, for a channel's multiplier M (0 to 2^31 - 1) and exponent e = -shift > 0,

    q = floor((x M + 2^30) / 2^31), y = floor((q - [q < 0] + 2^(e-1)) / 2^e), min(max(y + zero point, low), high).

Two forms have the same bits under conditions that follow from the reachable sums x:

- "three" (three instructions an output): where every negative x is clamped away, that is low >= zero point, or no
  x is negative. Then both floors are one: y = floor((x M + 2^30 + 2^(30+e)) / 2^(31+e)). With one E for all
  channels and x shifted left by L = E + 1 - e >= 2, all of the rounding is the multiple C = 2^(L-2) + 2^(E-1) of
  2^32, so that LSL L; SMMLA with C; SSAT #8, ASR #E give y. Condition: x 2^L stays within 32 bits.
- "general": SMMLAR of 2x gives q and adds C = 2^(e-1) - [x < 0]. It may take the sign of x for that of q: they
  differ where q = 0 alone, and floor((2^(e-1) - 1) / 2^e) = 0 = floor(2^(e-1) / 2^e). Condition: |x| < 2^30.

The zero point is added before the last shift, times 2^E or 2^e. SSAT clamps to [-128, 127]; a narrower clamp moves
the zero point so that one end falls on that range's, and moves back with QADD8 or QSUB8, which saturate at the
other.
A channel whose output is the same for all reachable x gets M = 0 and that output as its zero point.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinyml.emit.assembly import Lines

Ints = npt.NDArray[np.int64]

_MOST_E = 22  # 255 * 2^E and the rounding stay within 32 bits
_DEEP = 8  # bits that the sum of a pair's second channel is shifted left by already


@dataclass(frozen=True)
class Rescale:
    """What is done with sums.

    Attributes:
        multipliers, shifts: by output channel, as TFLM has them.
        zero_point, low, high: of the output, and its clamp.
    """

    multipliers: Ints
    shifts: Ints
    zero_point: int
    low: int
    high: int

    def apply(self, sums: Ints) -> Ints:
        """Return TFLM's outputs for `sums`, [..., channels]; shifts must not be positive."""
        q = (sums * self.multipliers + (1 << 30)) >> 31
        e = -self.shifts
        half = np.where(e > 0, np.int64(1) << np.maximum(e - 1, 0), 0)
        y = (q - ((q < 0) & (e > 0)) + half) >> e
        clamped: Ints = np.clip(y + self.zero_point, self.low, self.high)
        return clamped


@dataclass(frozen=True)
class Form:
    """Code that turns sums into outputs; layers with equal forms share it.

    Attributes:
        kind: "three" or "general".
        e: the last shift of the form "three", for all channels; 0 in the other.
        deep: in the form "three", every second channel is shifted left by 8 at least.
        up, down: what is added after SSAT and then subtracted, each 0 to 255; 0 for no instruction.
    """

    kind: str
    e: int
    deep: bool
    up: int
    down: int

    @property
    def name(self) -> str:
        """A name that tells all of it."""
        text = f"e{self.e}{'' if self.deep else 's'}" if self.kind == "three" else "g"
        return text + (f"u{self.up}" if self.up else "") + (f"d{self.down}" if self.down else "")

    @property
    def text(self) -> str:
        """What a comment says of it."""
        return "three instructions an output" if self.kind == "three" else "the general form"


@dataclass(frozen=True)
class Requantized:
    """A form with the constants of each channel.

    Attributes:
        form: the code.
        multipliers, constants: by channel, int32.
        shifts: by channel: L of the form "three", e of the general one.
    """

    form: Form
    multipliers: Ints
    constants: Ints
    shifts: Ints


def requantize(rescale: Rescale, least: Ints, most: Ints, room: Ints | None = None) -> Requantized | None:
    """Return the cheapest form that is exact for all sums from `least` to `most`, by channel; None for none.

    Args:
        rescale: what is done with the sums.
        least, most: the sums that can occur, by channel.
        room: the largest L of each channel where weights, and not sums, are shifted left; None for sums.
    """
    if max(-int(least.min()), int(most.max())) >= 1 << 31:
        return None
    ends = np.stack([least, most])
    constant = np.zeros(len(least), bool)
    if (rescale.shifts <= 0).all():
        first, last = rescale.apply(ends)
        constant = first == last
    if ((rescale.shifts >= 0) & ~constant).any():
        return None
    return _three(rescale, ends, constant, room) or _general(rescale, ends, constant)


def _clamp(rescale: Rescale) -> tuple[int, int, int]:
    """Return the zero point that the clamp moves to, and what is added and subtracted after SSAT."""
    below, above = rescale.low + 128, 127 - rescale.high
    if below:
        return rescale.zero_point - below, below + above, above
    return rescale.zero_point + above, 0, above


def _three(rescale: Rescale, ends: Ints, constant: npt.NDArray[np.bool_], room: Ints | None) -> Requantized | None:
    least, most = ends
    if rescale.low < rescale.zero_point and (least < 0)[~constant].any():
        return None
    zero_point, up, down = _clamp(rescale)
    exponents = -rescale.shifts
    bits = _bits(np.maximum(np.abs(least), np.abs(most)))
    live = np.flatnonzero(~constant)
    # x 2^L < 2^31 for L = E + 1 - e, and L >= 2; the second channels of pairs want L >= 8.
    top = min((int(30 - bits[c] + exponents[c]) for c in live), default=_MOST_E)
    if room is not None:
        top = min([top, *(int(room[c] + exponents[c]) - 1 for c in live)])
    bottom = max((int(exponents[c]) + 1 for c in live), default=1)
    deep_bottom = max((int(exponents[c]) + _DEEP - 1 for c in live if c % 2), default=_DEEP)
    top = min(top, _MOST_E)
    if bottom > top:
        return None
    deep = room is None and max(bottom, deep_bottom) <= top
    e = _preferred(max(bottom, deep_bottom) if deep else bottom, top, 16 if room is None else 11)
    left = np.where(constant, _DEEP, e + 1 - exponents)
    middle = (np.int64(1) << np.maximum(left - 2, 0)) + (1 << (e - 1)) + (zero_point << e)
    fixed = ((_outputs(rescale, ends) + zero_point - rescale.zero_point) << e) + (1 << (e - 1))
    return Requantized(
        Form("three", e, deep, up, down),
        np.where(constant, 0, rescale.multipliers),
        np.where(constant, fixed, middle),
        left,
    )


def _general(rescale: Rescale, ends: Ints, constant: npt.NDArray[np.bool_]) -> Requantized | None:
    if np.abs(ends).max() >= 1 << 30:
        return None
    zero_point, up, down = _clamp(rescale)
    exponents = np.where(constant, 1, -rescale.shifts)
    if exponents.max() > _MOST_E:
        return None
    zero_points = np.where(constant, _outputs(rescale, ends) + zero_point - rescale.zero_point, zero_point)
    return Requantized(
        Form("general", 0, False, up, down),
        np.where(constant, 0, rescale.multipliers),
        (np.int64(1) << (exponents - 1)) + (zero_points << exponents),
        exponents,
    )


def _outputs(rescale: Rescale, ends: Ints) -> Ints:
    return rescale.apply(ends)[0] if (rescale.shifts <= 0).all() else np.zeros(ends.shape[1], np.int64)


def _bits(values: Ints) -> Ints:
    """Return how many bits each of `values`, which are not negative, has."""
    return np.array([int(value).bit_length() for value in values], np.int64)


def _preferred(bottom: int, top: int, wanted: int) -> int:
    """Return one of the possible E: the same for as many layers as possible, so that they share code."""
    return min(range(bottom, top + 1), key=lambda e: (abs(e - wanted), e))


def emit(code: Lines, form: Form, sums: list[tuple[str, str]], paired: bool, spare: list[str]) -> None:
    """Append the code that turns the sums of two channels into outputs, for some pixels.

    Reads five words from r1 on: both multipliers, both constants, and both shifts in one word.

    Args:
        code: where to.
        form: how.
        sums: for each pixel the registers of the two channels' sums.
        paired: the second register holds 256 times the second channel's sum plus the first's.
        spare: six registers in ascending order that may be changed.
    """
    m0, m1, c0, c1, shift, spare_one = spare
    code.op(f"ldmia r1!, {{{m0}, {m1}, {c0}, {c1}, {shift}}}")
    firsts, seconds = [a for a, _ in sums], [b for _, b in sums]
    if paired:
        code.op(*(f"sub {b}, {b}, {a}" for a, b in sums))
    if form.kind == "three":
        if paired and not form.deep:
            code.op(*(f"asr {b}, {b}, #8" for b in seconds))
        code.op(*(f"lsl {a}, {a}, {shift}" for a in firsts), f"lsr {shift}, {shift}, #8")
        code.op(*(f"lsl {b}, {b}, {shift}" for b in seconds))
        code.op(*(f"smmla {a}, {a}, {m0}, {c0}" for a in firsts))
        code.op(*(f"smmla {b}, {b}, {m1}, {c1}" for b in seconds))
        code.op(*(f"ssat {x}, #8, {x}, asr #{form.e}" for x in [*firsts, *seconds]))
    else:
        code.op(*(f"lsl {a}, {a}, #1" for a in firsts))
        code.op(*(f"asr {b}, {b}, #7" if paired else f"lsl {b}, {b}, #1" for b in seconds))
        for channel, (m, c) in enumerate(((m0, c0), (m1, c1))):
            if channel:
                code.op(f"lsr {shift}, {shift}, #8")
            for x in (firsts, seconds)[channel]:
                code.op(f"add {spare_one}, {c}, {x}, asr #31", f"smmlar {x}, {x}, {m}, {spare_one}")
                code.op(f"asr {x}, {x}, {shift}", f"ssat {x}, #8, {x}")
    emit_clamp(code, form, [*firsts, *seconds], m0)


def emit_clamp(code: Lines, form: Form, values: list[str], spare: str) -> None:
    """Append the clamp of outputs that SSAT has saturated; `spare` is lost."""
    saturating, amount = ("qadd8", form.up) if form.up else ("qsub8", form.down)
    while amount > 0:
        part = min(amount, 127)  # a signed byte
        code.constant(spare, part)
        code.op(*(f"{saturating} {x}, {x}, {spare}" for x in values))
        amount -= part
    if form.up and form.down:
        code.op(*(f"sub {x}, {x}, #{form.down}" for x in values))

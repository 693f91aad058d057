"""Weights in the order in which a block reads them, with biases and requantization, as one array of words.

Words of two 16-bit activations meet words of two 16-bit weights. Weights stay at one byte each:

- "paired": the halfword of weight k holds 256 b + a for two channels. SMLAD of it sums 256 B + A, modulo 2^32;
  SXTB16 leaves a, SMLAD of that sums A, and (256 B + A) - A = 256 B at the end. Exact where every halfword fits 16
  bits, and every B that can be reached 24 bits.
- "plain": a word holds four weights of one channel; SXTB16 takes bytes 0 and 2, with ROR #8 bytes 1 and 3.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinyml.emit.requantize import Ints, Requantized

_PAIR_LIMIT = 1 << 23
STEP = 4  # weights of a channel in the smallest piece of a block


def reach(weights: Ints, bias: Ints) -> tuple[Ints, Ints]:
    """Return the least and the largest sums of `bias` and int8 inputs times `weights`, [channels, weights]."""
    ends = np.stack([-128 * weights, 127 * weights])
    return bias + ends.min(axis=0).sum(axis=1), bias + ends.max(axis=0).sum(axis=1)


def can_pair(weights: Ints, least: Ints, most: Ints) -> bool:
    """Return whether neighbours among the channels may share halfwords."""
    first, second = weights[0::2], weights[1::2]
    joined = 256 * second + first[: len(second)]
    fits = joined.size == 0 or (joined.min() >= -(1 << 15) and joined.max() < 1 << 15)
    return bool(fits and least[1::2].min(initial=0) >= -_PAIR_LIMIT and most[1::2].max(initial=0) < _PAIR_LIMIT)


@dataclass(frozen=True)
class Depth:
    """The weights of a channel as a block goes through them: in turns of a loop, and the rest behind it.

    Attributes:
        size: weights, a multiple of STEP, with zeros behind the filter's.
        unroll: weights that one turn takes; 0 where there is no loop.
        rest: weights behind the loop.
    """

    size: int
    unroll: int
    rest: int

    @property
    def turns(self) -> int:
        """Turns of the loop."""
        return (self.size - self.rest) // self.unroll if self.unroll else 0


def chunks(count: int) -> list[int]:
    """Return the pieces of 8 or 4 weights that `count` weights are taken in."""
    return [8] * (count // 8) + [4] * (count % 8 // 4)


_MOST = {"size": 28, "balanced": 48, "speed": 64}  # weights of a loop's turn and of what follows, together
_SHARED = {"size": (16,), "balanced": (48, 32), "speed": (48, 32)}
_TURN_COST, _SHORT_COST = 3, 1  # instructions of a turn, and what a piece of 4 takes more than half of one of 8


def depth_of(weights: int, optimize: str) -> Depth:
    """Return how a block goes through `weights` weights of a channel.

    A loop whose turns leave no rest serves layers of all depths that it divides; where there is none of a usual
    length, the way of the fewest instructions is taken.
    """
    size, most = -(-weights // STEP) * STEP, _MOST[optimize]
    if size <= most:
        return Depth(size, 0, size)
    for unroll in _SHARED[optimize]:
        if size % unroll == 0:
            return Depth(size, unroll, 0)
    ways = [
        Depth(size, unroll, size % unroll)
        for unroll in range(STEP, most + 1, STEP)
        if unroll + size % unroll <= most and size >= 2 * unroll
    ]

    def cost(way: Depth) -> int:
        pieces = chunks(way.unroll).count(4) * way.turns + chunks(way.rest).count(4)
        return way.turns * _TURN_COST + pieces * _SHORT_COST

    return min(ways, key=lambda way: (cost(way), way.rest, way.unroll))


@dataclass(frozen=True, eq=False)
class Channels:
    """The output channels of a layer.

    Attributes:
        weights: [channels, weights], in the order of the activations.
        bias: with the input's zero point folded in.
        requantized: how sums become outputs.
    """

    weights: Ints
    bias: Ints
    requantized: Requantized

    def padded(self, multiple: int, size: int) -> "Channels":
        """Return the same with zeros behind: a multiple of `multiple` channels, with `size` weights each."""
        more = -len(self.bias) % multiple
        old = self.requantized
        deep = 8 if old.form.kind == "three" else 1

        def longer(values: Ints, value: int = 0) -> Ints:
            return np.concatenate([values, np.full(more, value, np.int64)])

        return Channels(
            np.pad(self.weights, ((0, more), (0, size - self.weights.shape[1]))),
            longer(self.bias),
            Requantized(old.form, longer(old.multipliers), longer(old.constants), longer(old.shifts, deep)),
        )


def pack(channels: Channels, depth: Depth, pairs: int, paired: bool) -> npt.NDArray[np.uint32]:
    """Return the words that a block reads for all channels.

    For each `pairs` pairs of channels: a bias each (of a pair: the first's, and 256 times the second's plus that);
    the weights; and for each pair both multipliers, both constants, and both shifts in the low bytes of a word.

    Args:
        channels: a multiple of 2 * `pairs` channels; weights in the order of the activations' halfwords.
        depth: how the block goes through their weights.
        pairs: pairs of channels that the block computes at once.
        paired: whether two channels share halfwords.
    """
    words: list[npt.NDArray[np.uint32]] = []
    for first in range(0, len(channels.bias), 2 * pairs):
        end = first + 2 * pairs
        words += [_biases(channels.bias[first:end], paired), _weights(channels.weights[first:end], depth, paired)]
        words += [_tail(channels.requantized, c, paired) for c in range(first, end, 2)]
    return np.concatenate(words)


def _biases(bias: Ints, paired: bool) -> npt.NDArray[np.uint32]:
    values = bias.copy()
    if paired:
        values[1::2] = 256 * bias[1::2] + bias[0::2]
    return _word(values)


def _word(values: Ints) -> npt.NDArray[np.uint32]:
    return (values & 0xFFFFFFFF).astype(np.uint32)


def _weights(weights: Ints, depth: Depth, paired: bool) -> npt.NDArray[np.uint32]:
    """Return the words of the weights of one block, [channels, depth], channels a multiple of 2."""
    parts, at = [], 0
    for chunk in [*chunks(depth.unroll) * depth.turns, *chunks(depth.rest)]:
        piece = weights[:, at : at + chunk]
        parts.append(_paired_words(piece) if paired else _plain_words(piece))
        at += chunk
    return np.concatenate(parts)


def _paired_words(piece: Ints) -> npt.NDArray[np.uint32]:
    """Return the words of a chunk: pair by pair, of two neighbouring weights each."""
    joined = (256 * piece[1::2] + piece[0::2]) & 0xFFFF
    return _word((joined[:, 0::2] | joined[:, 1::2] << 16).reshape(-1))


def _plain_words(piece: Ints) -> npt.NDArray[np.uint32]:
    """Return the words of a chunk: four weights of each channel, then the next four.

    The weights come in the order of the activations' halfwords; bytes 0 and 2 meet the first word of those.
    """
    bytes_ = piece.reshape(len(piece), -1, STEP) & 0xFF
    words = bytes_[:, :, 0] | bytes_[:, :, 2] << 8 | bytes_[:, :, 1] << 16 | bytes_[:, :, 3] << 24
    return _word(words.T.reshape(-1))


def _tail(values: Requantized, first: int, paired: bool) -> npt.NDArray[np.uint32]:
    both = slice(first, first + 2)
    left, right = (int(shift) for shift in values.shifts[both])
    if paired and values.form.kind == "three" and values.form.deep:
        right -= 8
    shifts = np.array([left | right << 8], np.int64)
    return _word(np.concatenate([values.multipliers[both], values.constants[both], shifts]))

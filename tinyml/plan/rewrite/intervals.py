"""Which int8 values a tensor can have at all, channel by channel, whatever the model is given.

The sum of a convolution or dense layer is least where each input is as its weight's sign wants it, and what
follows the sum never falls while it rises; so two sums bound an output. Where a sum may leave 32 bits nothing is
said.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MAX, INT8_MIN, INT32_MAX, INT32_MIN
from tinyml.graph import Operator, Tensor
from tinyml.ops import Constant, KernelCall
from tinyml.plan.rewrite.activations import table_of
from tinyml.plan.rewrite.draft import Draft

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Interval:
    """The least and the largest value of each channel, the tensor's last dimension."""

    low: Ints
    high: Ints

    @property
    def constant(self) -> npt.NDArray[np.bool_]:
        """Which channels have one value only."""
        found: npt.NDArray[np.bool_] = self.low == self.high
        return found

    def clamped(self, low: int, high: int) -> "Interval":
        """Return what is left between two bounds."""
        return Interval(np.clip(self.low, low, high), np.clip(self.high, low, high))

    def taken(self, channels: npt.NDArray[np.intp]) -> "Interval":
        """Return the interval of some channels."""
        return Interval(self.low[channels], self.high[channels])

    def repeated(self, channels: int) -> "Interval":
        """Return the interval of as many channels, this one's again and again."""
        times = channels // len(self.low)
        return Interval(np.tile(self.low, times), np.tile(self.high, times))


def anything(tensor: Tensor) -> Interval:
    """Return the interval of a tensor of which nothing is known."""
    channels = tensor.shape[-1] if tensor.shape else 1
    return Interval(np.full(channels, INT8_MIN, np.int64), np.full(channels, INT8_MAX, np.int64))


def output_interval(draft: Draft, operator: Operator, known: Mapping[int, Interval]) -> Interval | None:
    """Return the interval of an operator's only output; None where nothing is known of it.

    Args:
        draft: the graph.
        operator: the operator.
        known: the intervals of tensors, by index.
    """
    if len(operator.outputs) != 1 or operator.inputs[:1] in ((), (-1,)):
        return None
    source, output = draft.tensors[operator.inputs[0]], draft.tensors[operator.outputs[0]]
    if (source.type, output.type) != ("int8", "int8") or source.is_constant:
        return None
    given = known.get(source.index) or anything(source)
    if (table := table_of(draft, operator)) is not None:
        return _looked_up(table, given)
    lowered = draft.lowered(operator)
    if lowered is None:
        return None
    if lowered.alias == source.index:
        return renamed(given, output)
    if len(lowered.calls) != 1:
        return None
    (call,) = lowered.calls
    if call.kernel in ("average_pool2d_s8", "max_pool2d_s8"):  # a mean, rounded, lies between its inputs
        return given.clamped(int(call.params["activation_min"]), int(call.params["activation_max"]))
    if call.kernel == "mean_s8":
        return _mean(call, given, source.elements // output.elements) if reduces_pixels(draft, operator) else None
    bounds = _sums(call, given)
    multipliers, shifts = array(call, "multipliers"), array(call, "shifts")
    if bounds is None or multipliers is None or shifts is None:
        return None
    return _requantized(call.params, multipliers, shifts, *bounds)


def renamed(given: Interval, output: Tensor) -> Interval | None:
    """Return the interval of the same bytes in another shape, where each channel is one of before."""
    channels = output.shape[-1] if output.shape else 1
    return given.repeated(channels) if channels % len(given.low) == 0 else None


def reduces_pixels(draft: Draft, operator: Operator) -> bool:
    """Return whether a MEAN or SUM keeps its input's channels."""
    rank = len(draft.tensors[operator.inputs[0]].shape)
    return all(int(axis) % rank != rank - 1 for axis in draft.tensors[operator.inputs[1]].values.reshape(-1))


def _mean(call: KernelCall, given: Interval, count: int) -> Interval | None:
    """Return what the mean or the sum of `count` inputs of each channel becomes."""
    offset, shift = int(call.params["input_offset"]), int(call.params["shift"])
    low, high = (end * count + offset for end in (given.low, given.high))
    multipliers, shifts = (np.full(len(low), value) for value in (int(call.params["multiplier"]), shift))
    params = {
        "output_offset": call.params["output_offset"],
        "activation_min": INT8_MIN,
        "activation_max": INT8_MAX,
    }
    return _requantized(params, multipliers, shifts, low, high)


def _looked_up(table: bytes, given: Interval) -> Interval:
    results = np.frombuffer(table, np.int8).astype(np.int64)
    ordered = np.concatenate([results[128:], results[:128]])  # by the signed input, from -128 on
    found = [ordered[low + 128 : high + 129] for low, high in zip(given.low, given.high, strict=True)]
    return Interval(np.array([part.min() for part in found]), np.array([part.max() for part in found]))


def array(call: KernelCall, name: str) -> Ints | None:
    """Return an array of a call, widened to 64 bits; None where the model computes it."""
    found = [p.values for p in call.pointers if isinstance(p, Constant) and p.name == name]
    return found[0].astype(np.int64) if found else None


def is_padded(call: KernelCall) -> bool:
    """Return whether a window of a convolution's call reaches beyond the image."""
    params = call.params
    for side, pad in (("height", "pad_top"), ("width", "pad_left")):
        last = (params[f"output_{side}"] - 1) * params[f"stride_{side}"] - params[pad]
        reached = last + (params[f"filter_{side}"] - 1) * params[f"dilation_{side}"]
        if params[pad] > 0 or reached >= params[f"input_{side}"]:
            return True
    return False


def _sums(call: KernelCall, given: Interval) -> tuple[Ints, Ints] | None:
    """Return the least and the largest sum of each output channel; None where the call is none that sums."""
    if call.kernel not in _FILTERS:
        return None
    weights, bias = array(call, "weights"), array(call, "bias")
    if weights is None or bias is None:
        return None
    found = _FILTERS[call.kernel](call, weights, len(bias))
    if found is None:
        return None
    filters, channels = found
    if call.kernel == "fully_connected_s8":
        given = _of_row(given, filters.shape[1])
    offset = int(call.params["input_offset"])
    low, high = given.low + offset, given.high + offset
    if "pad_top" in call.params and is_padded(call):  # where a tap may add nothing
        low, high = np.minimum(low, 0), np.maximum(high, 0)
    low, high = (np.broadcast_to(end[channels], filters.shape) for end in (low, high))
    ends = filters * low, filters * high
    return bias + np.minimum(*ends).sum(axis=1), bias + np.maximum(*ends).sum(axis=1)


def _of_row(given: Interval, depth: int) -> Interval:
    """Return the interval of `depth` neighbouring elements of a tensor, which begin with a channel's first."""
    if depth % len(given.low) == 0:
        return given.repeated(depth)
    return Interval(np.full(depth, given.low.min()), np.full(depth, given.high.max()))


# A call's weights as [output channels, weights], and the input channel of each weight, of a shape that broadcasts.
_Filters = tuple[Ints, npt.NDArray[np.intp]]


def _of_conv2d(call: KernelCall, weights: Ints, count: int) -> _Filters | None:
    if call.params["groups"] != 1:
        return None
    depth = int(call.params["filter_channels"])
    filters = weights.reshape(count, -1)
    return filters, np.arange(filters.shape[1]) % depth


def _of_depthwise(call: KernelCall, weights: Ints, count: int) -> _Filters | None:
    channels = np.arange(count) // int(call.params["depth_multiplier"])
    return weights.reshape(-1, count).T, channels[:, None]


def _of_dense(call: KernelCall, weights: Ints, count: int) -> _Filters | None:
    filters = weights.reshape(count, -1) + int(call.params["weights_offset"])
    return filters, np.arange(filters.shape[1])


_FILTERS = {
    "conv2d_s8": _of_conv2d,
    "depthwise_conv2d_s8": _of_depthwise,
    "fully_connected_s8": _of_dense,
}


def _requantized(
    params: Mapping[str, int | float], multipliers: Ints, shifts: Ints, low: Ints, high: Ints
) -> Interval | None:
    """Return the outputs that sums between two bounds become; None where they may leave 32 bits."""
    multipliers, shifts = np.broadcast_to(multipliers, low.shape), np.broadcast_to(shifts, low.shape)
    widest = np.maximum(shifts, 0)
    if not _fits(low, high) or not _fits(low << widest, high << widest):
        return None
    offset = int(params["output_offset"])
    ends = (
        np.array([fixedpoint.requantize(*map(int, sum_)) for sum_ in zip(end, multipliers, shifts, strict=True)])
        for end in (low, high)
    )
    least, most = (end + offset for end in ends)
    if not _fits(least, most):
        return None
    return Interval(least, most).clamped(int(params["activation_min"]), int(params["activation_max"]))


def _fits(low: Ints, high: Ints) -> bool:
    """Return whether all numbers between two bounds fit 32 bits."""
    return bool(low.min() >= INT32_MIN and high.max() <= INT32_MAX)

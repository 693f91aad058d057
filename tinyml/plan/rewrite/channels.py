"""Channels that carry nothing are left out of the layers that make, carry and read them.

A channel of the input of a convolution or dense layer carries nothing where interval analysis finds that it is
constant, or where all its weights are 0. The reader adds a constant channel's part, the same in every sum, to its
bias; where its window reaches into padding that part is not the same, unless the constant is the zero point and
adds nothing anywhere. From the reader the channel is followed back through operators that keep channels apart to
the convolution or dense layer that makes it, as far as nothing else reads it on the way.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tinyml.fixedpoint import INT32_MAX, INT32_MIN
from tinyml.graph import Operator, Quantization, Taken, Tensor
from tinyml.ops import KernelCall
from tinyml.plan.rewrite import intervals
from tinyml.plan.rewrite.activations import table_of
from tinyml.plan.rewrite.draft import Draft
from tinyml.plan.rewrite.intervals import Interval

Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

_SUMMING = ("CONV_2D", "FULLY_CONNECTED")
_KERNELS = ("conv2d_s8", "fully_connected_s8")
_REDUCTIONS = ("MEAN", "SUM")
_POOLS = ("average_pool2d_s8", "max_pool2d_s8")


def rewrite(draft: Draft) -> list[str]:
    """Leave out what carries nothing, reader by reader in the order in which they run."""
    done = []
    known: dict[int, Interval] = {}
    for operator in draft.current():
        now = operator
        path = _path(draft, operator, known)
        removed = np.zeros(0, np.bool_) if path is None else path.removed()
        if path is not None and removed.any() and (made := _Smaller(draft, path, known).make(removed)) is not None:
            now, count = made, int(removed.sum())
            done.append(f"{count} of {len(removed)} channels of {draft.label(path.source)} carry nothing")
        if (found := intervals.output_interval(draft, now, known)) is not None:
            known[now.outputs[0]] = found
    return done


@dataclass(frozen=True, eq=False)
class _Path:
    """Channels from the layer that makes them to the one that sums them.

    Attributes:
        source: makes the channels.
        carriers: keep them apart, in the order in which they run.
        reader: sums them.
        call: the reader's kernel call.
        dead: which channels of the reader's input carry nothing.
        channels: how many the source makes.
    """

    source: Operator
    carriers: tuple[Operator, ...]
    reader: Operator
    call: KernelCall
    dead: Mask
    channels: int

    def removed(self) -> Mask:
        """Return which channels of the source can go; one is left, since no tensor is empty."""
        removed: Mask = np.array(self.dead.reshape(-1, self.channels).all(axis=0))
        if removed.all():
            removed[0] = False
        return removed


def _summing_call(draft: Draft, operator: Operator) -> KernelCall | None:
    """Return the call of a convolution or dense layer of int8 with constant weights and bias, without groups."""
    if operator.name not in _SUMMING or operator.merged.table is not None:
        return None
    lowered = draft.lowered(operator)
    if lowered is None or len(lowered.calls) != 1 or lowered.calls[0].kernel not in _KERNELS:
        return None
    (call,) = lowered.calls
    constant = intervals.array(call, "weights") is not None and intervals.array(call, "bias") is not None
    return call if constant and call.params.get("groups", 1) == 1 else None


def _path(draft: Draft, reader: Operator, known: dict[int, Interval]) -> _Path | None:
    """Return the path that ends at `reader`; None where there is none."""
    call = _summing_call(draft, reader)
    if call is None:
        return None
    carriers: list[Operator] = []
    at = reader
    while draft.only_reader(at.inputs[0]) is at and (writer := draft.writer(at.inputs[0])) is not None:
        if _summing_call(draft, writer) is not None:
            channels = draft.tensors[writer.outputs[0]].shape[-1]
            dead = _dead(draft, reader, call, known)
            fits = len(dead) % channels == 0
            return _Path(writer, tuple(carriers[::-1]), reader, call, dead, channels) if fits else None
        if not _carries(draft, writer):
            return None
        carriers.append(writer)
        at = writer
    return None


def _carries(draft: Draft, operator: Operator) -> bool:
    """Return whether each output channel of an operator depends on its own input channel alone."""
    source, output = draft.tensors[operator.inputs[0]], draft.tensors[operator.outputs[0]]
    if len(operator.outputs) != 1 or source.type != "int8" or output.type != "int8" or source.is_constant:
        return False
    if table_of(draft, operator) is not None:
        return True
    lowered = draft.lowered(operator)
    if lowered is None:
        return False
    if operator.name == "RESHAPE" and lowered.alias == source.index:
        return bool(source.shape and output.shape) and output.shape[-1] % source.shape[-1] == 0
    if len(lowered.calls) != 1:
        return False
    (call,) = lowered.calls
    if call.kernel == "depthwise_conv2d_s8":
        known = all(intervals.array(call, name) is not None for name in ("weights", "bias"))
        return known and call.params["depth_multiplier"] == 1
    return call.kernel in _POOLS or (call.kernel == "mean_s8" and intervals.reduces_pixels(draft, operator))


def _weights(draft: Draft, reader: Operator) -> npt.NDArray[np.int64]:
    """Return a reader's weights, less their zero point, as [output channels, taps, input channels]."""
    filters = draft.tensors[reader.inputs[1]]
    channels = draft.tensors[reader.inputs[0]].shape[-1]
    offset = 0
    if reader.name == "FULLY_CONNECTED" and not filters.quantized.per_channel:
        offset = filters.quantized.zero_point
    weights: npt.NDArray[np.int64] = filters.values.astype(np.int64) - offset
    return weights.reshape(filters.shape[0], -1, channels)


def _dead(draft: Draft, reader: Operator, call: KernelCall, known: dict[int, Interval]) -> Mask:
    """Return which channels of a reader's input carry nothing."""
    source = draft.tensors[reader.inputs[0]]
    if int(np.prod(draft.tensors[reader.inputs[1]].shape[1:])) % source.shape[-1]:
        return np.zeros(source.shape[-1], np.bool_)  # rows of a dense layer that end within a pixel
    interval = known.get(source.index) or intervals.anything(source)
    absorbed = interval.constant
    if "pad_top" in call.params and intervals.is_padded(call):
        absorbed = absorbed & (interval.low == source.quantized.zero_point)
    unread: Mask = (_weights(draft, reader) == 0).all(axis=(0, 1))
    return absorbed | unread


class _Smaller:
    """Makes the layers of a path anew without some channels."""

    def __init__(self, draft: Draft, path: _Path, known: dict[int, Interval]) -> None:
        self._draft = draft
        self._path = path
        self._known = known

    def make(self, removed: Mask) -> Operator | None:
        """Put smaller layers in the places of those of the path; return the reader, or None where it cannot be."""
        path, draft = self._path, self._draft
        kept = np.flatnonzero(~removed)
        bias = self._bias(removed)
        if bias is not None and (bias.min() < INT32_MIN or bias.max() > INT32_MAX):
            return None
        tensors = {path.source.outputs[0]: kept}
        for carrier in path.carriers:
            (output,) = carrier.outputs
            tensors[output] = self._repeated(kept, draft.tensors[output].shape[-1])
        narrowed = [self._narrowed(tensor, at) for tensor, at in tensors.items()]
        names = dict(zip(tensors, draft.add_tensors(narrowed), strict=True))
        layers = [(path.source, self._source(path.source, kept, names))]
        layers += [(carrier, self._carrier(carrier, kept, names)) for carrier in path.carriers]
        layers.append((path.reader, self._reader(kept, bias, names)))
        if any(draft.lowered(new) is None for _, new in layers):
            return None  # tensors that were added stay, and nothing reads them
        for old, new in layers:
            draft.replace(old, new)
        for old_tensor, at in tensors.items():
            if (interval := self._known.get(old_tensor)) is not None:
                self._known[names[old_tensor]] = interval.taken(at)
        return layers[-1][1]

    def _repeated(self, kept: Indices, channels: int) -> Indices:
        """Return the kept ones among channels that are those of the source again and again."""
        count = self._path.channels
        found: Indices = (np.arange(channels // count)[:, None] * count + kept).reshape(-1)
        return found

    def _narrowed(self, tensor: int, kept: Indices) -> Tensor:
        before = self._draft.tensors[tensor]
        whole = before.taken
        channels = tuple(kept.tolist()) if whole is None else tuple(whole.channels[k] for k in kept)
        taken = Taken(tensor if whole is None else whole.tensor, channels)
        return replace(before, shape=(*before.shape[:-1], len(kept)), taken=taken)

    def _constant(self, before: Tensor, values: npt.NDArray[np.generic], quantization: Quantization | None) -> int:
        """Add a constant in the place of `before` and return its index; int4 is unpacked."""
        data = np.ascontiguousarray(values).tobytes()
        type_ = values.dtype.name
        made = replace(before, shape=values.shape, type=type_, quantization=quantization, data=data)
        return self._draft.add_tensors([made])[0]

    def _filters(self, tensor: int, kept: Indices, axis: int, channel_axis: int) -> int:
        """Add the filter with the kept indices along `axis`; its scales run along `channel_axis`."""
        before = self._draft.tensors[tensor]
        quantization = before.quantized
        if axis == channel_axis and quantization.per_channel:
            quantization = _taken_scales(quantization, kept)
        return self._constant(before, np.take(np.asarray(before.values, np.int8), kept, axis), quantization)

    def _biases(self, operator: Operator, kept: Indices) -> tuple[int, ...]:
        """Return the further inputs of a layer of which output channels are kept: its bias, if it has one."""
        if len(operator.inputs) < 3 or operator.inputs[2] == -1:
            return operator.inputs[2:]
        before = self._draft.tensors[operator.inputs[2]]
        quantization = before.quantization
        if quantization is not None and quantization.per_channel:
            quantization = _taken_scales(quantization, kept)
        return (self._constant(before, before.values.reshape(-1)[kept], quantization),)

    def _source(self, operator: Operator, kept: Indices, names: dict[int, int]) -> Operator:
        filters = self._filters(operator.inputs[1], kept, 0, 0)
        inputs = (operator.inputs[0], filters, *self._biases(operator, kept))
        return replace(operator, inputs=inputs, outputs=(names[operator.outputs[0]],))

    def _carrier(self, operator: Operator, kept: Indices, names: dict[int, int]) -> Operator:
        inputs: tuple[int, ...] = (names[operator.inputs[0]],)
        if operator.name == "DEPTHWISE_CONV_2D" and operator.merged.table is None:
            own = self._repeated(kept, self._draft.tensors[operator.outputs[0]].shape[-1])
            inputs += (self._filters(operator.inputs[1], own, 3, 3), *self._biases(operator, own))
        elif operator.name in _REDUCTIONS:
            inputs += operator.inputs[1:]
        # RESHAPE takes the shape from its output; its second input says what it was.
        return replace(operator, inputs=inputs, outputs=(names[operator.outputs[0]],))

    def _reader(self, kept: Indices, bias: npt.NDArray[np.int64] | None, names: dict[int, int]) -> Operator:
        reader = self._path.reader
        filters = self._draft.tensors[reader.inputs[1]]
        own = self._repeated(kept, filters.shape[-1])
        further = reader.inputs[2:]
        if bias is not None:
            given = self._bias_tensor()
            further = (self._constant(given, bias.astype(np.int32), given.quantization),)
        weights = self._filters(filters.index, own, len(filters.shape) - 1, 0)
        inputs = (names[reader.inputs[0]], weights, *further)
        return replace(reader, inputs=inputs)

    def _bias_tensor(self) -> Tensor:
        """Return the reader's bias, or what it would be."""
        reader, tensors = self._path.reader, self._draft.tensors
        if len(reader.inputs) > 2 and reader.inputs[2] != -1:
            return tensors[reader.inputs[2]]
        source, filters = tensors[reader.inputs[0]], tensors[reader.inputs[1]]
        scales = tuple(source.quantized.scale * scale for scale in filters.quantized.scales)
        quantization = Quantization(scales, (0,) * len(scales), 0)
        return Tensor(-1, "", (filters.shape[0],), "int32", quantization, None)

    def _bias(self, removed: Mask) -> npt.NDArray[np.int64] | None:
        """Return the reader's bias with what the removed channels add; None where they add nothing."""
        draft, reader = self._draft, self._path.reader
        source = draft.tensors[reader.inputs[0]]
        interval = self._known.get(source.index) or intervals.anything(source)
        gone = np.tile(removed, source.shape[-1] // len(removed))
        # A channel without weights adds nothing, whatever it is.
        steps = np.where(gone & interval.constant, interval.low - source.quantized.zero_point, 0)
        added: npt.NDArray[np.int64] = (_weights(draft, reader) * steps).sum(axis=(1, 2))
        if not added.any():
            return None
        given = self._bias_tensor()
        return added if given.data is None else added + given.values.reshape(-1).astype(np.int64)


def _taken_scales(quantization: Quantization, kept: Indices) -> Quantization:
    """Return the scales of some channels; zero points of weights with several scales are not read."""
    scales = tuple(quantization.scales[k] for k in kept)
    return Quantization(scales, (0,) * len(scales), quantization.axis)

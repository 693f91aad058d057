"""What convolutions and dense layers share: an int8 input and output, constant weights and a bias."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.lowering import Constant, optional_tensor_of, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import (
    activation_range,
    check_inputs,
    check_int8,
    check_rank,
    check_type,
    constant_of,
    multiplier_of,
    options_of,
)
from tinyml.ops.window import Window, slide


@dataclass(frozen=True, eq=False)
class ChannelOutput:
    """How sums of a convolution or dense layer become int8 outputs.

    Attributes:
        params: the fields of a kernel's struct that say so.
        multipliers, shifts: one element for each output channel, or one for all.
    """

    params: dict[str, int | float]
    multipliers: Constant
    shifts: Constant


@dataclass(frozen=True, eq=False)
class Weighted:
    """The parts of a convolution or a dense layer, checked.

    Attributes:
        graph, operator: whose they are.
        source: the input.
        filters: the tensor of the weights.
        weights: int8, of the filters' shape.
        bias: int32, one for each output channel; zeros where the model has none.
        output: the output.
    """

    graph: Graph
    operator: Operator
    source: Tensor
    filters: Tensor
    weights: npt.NDArray[np.int8]
    bias: npt.NDArray[np.int32]
    output: Tensor

    def requantized(self, activation: int) -> ChannelOutput:
        """Return how sums become outputs, with the fused activation of that code.

        Raises:
            ModelError: a factor is too large, or the activation is not supported.
        """
        factors = _channel_factors(self.source, self.filters, self.output)
        return _channel_output(self.graph, self.operator, factors, activation, self.output)

    def pointers(self, bias: npt.NDArray[np.int32], to: ChannelOutput) -> tuple[int | Constant, ...]:
        """Return the pointers of a kernel call: input, weights, `bias`, multipliers, shifts, output."""
        return (
            pointer(self.source, "input"),
            Constant("weights", self.weights),
            Constant("bias", bias),
            to.multipliers,
            to.shifts,
            self.output.index,
        )


def weighted(graph: Graph, operator: Operator, rank: int, channel_axis: int, source_at: int = 0) -> Weighted:
    """Return the parts of an operator that sums weighted inputs for each output channel.

    Args:
        graph: the model.
        operator: the operator.
        rank: how many dimensions its filter must have.
        channel_axis: the filter's dimension that counts output channels.
        source_at: the input's place among the operator's inputs, 0 or 2; the filter's is 1, and the bias, if any,
            is the last.

    Raises:
        ModelError: a type, a rank or a quantization is not what kernels compute with.
    """
    bias_at = max(source_at, 1) + 1
    check_inputs(graph, operator, (bias_at, bias_at + 1))
    source, filters, output = (
        tensor_of(graph, operator, source_at),
        tensor_of(graph, operator, 1),
        output_of(graph, operator),
    )
    check_int8(graph, operator, source, "input")
    check_int8(graph, operator, output, "output")
    check_rank(graph, operator, filters, "filter", rank)
    weights = _weights_of(graph, operator, filters, channel_axis)
    bias = _bias_of(graph, operator, optional_tensor_of(graph, operator, bias_at), filters.shape[channel_axis])
    return Weighted(graph, operator, source, filters, weights, bias, output)


def window_of(layer: Weighted, taps: tuple[int, int], dilation_at: int) -> Window:
    """Return the window of a convolution over its input, a batch of images.

    Args:
        layer: the convolution.
        taps: the filter's height and width.
        dilation_at: where its options hold the dilation along the width; that along the height is next to it.

    Raises:
        ModelError: the input is no batch of images, or the options ask for an impossible window.
    """
    check_rank(layer.graph, layer.operator, layer.source, "input", 4)
    options = options_of(layer.graph, layer.operator)
    _, height, width, _ = layer.source.shape
    return slide(
        layer.graph,
        layer.operator,
        options.int8(0),
        image=(height, width),
        taps=taps,
        strides=(options.int32(2), options.int32(1)),
        dilations=(options.int32(dilation_at + 1, 1), options.int32(dilation_at, 1)),
    )


def fold_offset(
    bias: npt.NDArray[np.int32], weights: npt.NDArray[np.int8] | npt.NDArray[np.int16], input_offset: int
) -> npt.NDArray[np.int32]:
    """Return the bias with the input's zero point worked in: bias + input_offset × sum of a channel's weights.

    It spares the kernel an addition a load where every sum takes all weights. Sums wrap at 32 bits on both sides.

    Args:
        bias: [channels].
        weights: [channels, weights of a channel].
        input_offset: what the kernel would add to each input.
    """
    sums: npt.NDArray[np.int64] = weights.sum(axis=1, dtype=np.int64) * input_offset + bias
    return sums.astype(np.int32)


def _channel_factors(source: Tensor, filters: Tensor, output: Tensor) -> list[float]:
    """Return the factors from sums to outputs, one for each of the filter's scales.

    They are computed with 64-bit floats. For FULLY_CONNECTED with one scale, TFLM's source multiplies 32-bit
    floats; its released interpreter gives the 64-bit result there too, and the interpreter is what we match.
    """
    scale = source.quantized.scale
    return [scale * s / output.quantized.scale for s in filters.quantized.scales]


def _channel_output(
    graph: Graph, operator: Operator, reals: list[float], code: int, output: Tensor
) -> ChannelOutput:
    """Return the requantization of sums by the factors `reals`, one for each output channel or one for all.

    Raises:
        ModelError: a factor is too large, or the fused activation `code` is not supported.
    """
    pairs = [multiplier_of(graph, operator, real) for real in reals]
    low, high = activation_range(graph, operator, code, output)
    params: dict[str, int | float] = {
        "output_offset": output.quantized.zero_point,
        "activation_min": low,
        "activation_max": high,
        "per_channel": int(len(pairs) > 1),
        "shifts_right": int(all(shift < 0 for _, shift in pairs)),
    }
    return ChannelOutput(
        params,
        Constant("multipliers", np.array([multiplier for multiplier, _ in pairs], np.int32)),
        Constant("shifts", np.array([shift for _, shift in pairs], np.int8)),
    )


def _bias_of(graph: Graph, operator: Operator, tensor: Tensor | None, channels: int) -> npt.NDArray[np.int32]:
    """Return the bias of each output channel; zeros where the model has none.

    Raises:
        ModelError: the bias is not a constant of type int32 with `channels` elements.
    """
    if tensor is None:
        return np.zeros(channels, np.int32)
    check_type(graph, operator, tensor, "bias", "int32")
    if tensor.elements != channels:
        raise refuse(graph, operator, f"its bias has {tensor.elements} elements for {channels} output channels")
    return np.asarray(constant_of(graph, operator, tensor, "bias"), np.int32).reshape(-1)


def _weights_of(graph: Graph, operator: Operator, tensor: Tensor, axis: int) -> npt.NDArray[np.int8]:
    """Return int8 weights, quantized as a whole or by output channel along dimension `axis`.

    Raises:
        ModelError: they are not constant, of another type, or quantized along another dimension.
    """
    check_type(graph, operator, tensor, "filter", "int8")
    if tensor.quantized.per_channel and tensor.quantized.axis != axis:
        raise refuse(
            graph, operator, f"its filter has scales along dimension {tensor.quantized.axis}; {axis} is supported"
        )
    return np.asarray(constant_of(graph, operator, tensor, "filter"), np.int8)

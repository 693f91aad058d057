"""What convolutions and dense layers share: an int8 or int16 input and output, weights and a bias.

Weights and bias are mostly constants; the model may compute either, as it does where a converter makes a dense
layer of a product of two matrices. TFLM unpacks int4 weights before it computes; here they are unpacked when the
model is compiled, so only constants may be int4. With int16 inputs it sums in the bias's type, and its two kinds
of sums are rounded differently (firmware/kernels/tm_channel_s16.h).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.lowering import Constant, optional_tensor_of, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import (
    activation_range,
    check_inputs,
    check_integer,
    check_rank,
    check_symmetric,
    check_type,
    multiplier_of,
    options_of,
    wide_multiplier_of,
)
from tinyml.ops.window import Window, slide

Bias = npt.NDArray[np.int32] | npt.NDArray[np.int64]

# The type of TFLM's sums of int16 inputs, for each type of bias; and where it takes every bias for int64.
SUMS = MappingProxyType({None: "int64", "int32": "int32", "int64": "int64"})
WIDE_SUMS = MappingProxyType({None: "int64", "int64": "int64"})


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
        weights: int8, of the filters' shape; None where the model computes them.
        bias: int32 or, for wide sums, int64, one for each output channel; zeros where the model has none. A tensor
            where the model computes it.
        wide_sums: whether sums have 64 bits.
        output: the output.
    """

    graph: Graph
    operator: Operator
    source: Tensor
    filters: Tensor
    weights: npt.NDArray[np.int8] | None
    bias: Bias | Tensor
    wide_sums: bool
    output: Tensor

    @property
    def is_int16(self) -> bool:
        """Whether inputs and outputs are int16, which has kernels of its own."""
        return self.source.type == "int16"

    @property
    def is_constant(self) -> bool:
        """Whether the model computes neither weights nor bias."""
        return self.weights is not None and not isinstance(self.bias, Tensor)

    def requantized(self, activation: int) -> ChannelOutput:
        """Return how sums become outputs, with the fused activation of that code.

        Raises:
            ModelError: a factor is too large, or the activation is not supported.
        """
        factors = _channel_factors(self.source, self.filters, self.output)
        pair_of = wide_multiplier_of if self.wide_sums else multiplier_of
        pairs = [pair_of(self.graph, self.operator, real) for real in factors]
        low, high = activation_range(self.graph, self.operator, activation, self.output)
        params: dict[str, int | float] = {
            "activation_min": low,
            "activation_max": high,
            "per_channel": int(len(pairs) > 1),
        }
        if self.is_int16:
            params["wide_sums"] = int(self.wide_sums)
        else:
            params["output_offset"] = self.output.quantized.zero_point
            params["shifts_right"] = int(all(shift < 0 for _, shift in pairs))
        return ChannelOutput(
            params,
            Constant("multipliers", np.array([multiplier for multiplier, _ in pairs], np.int32)),
            Constant("shifts", np.array([shift for _, shift in pairs], np.int8)),
        )

    def folded(self, foldable: bool = True) -> tuple[Bias | Tensor, int]:
        """Return the bias of a layer of int8 and what its kernel adds to each input.

        The filter's first dimension counts output channels. Where the layer is `foldable`, since every sum takes
        all weights of its channel, and nothing of it is computed by the model, the input's zero point is worked
        into the bias.
        """
        input_offset = -self.source.quantized.zero_point
        if not foldable or self.weights is None or isinstance(self.bias, Tensor):
            return self.bias, input_offset
        return fold_offset(self.bias, self.weights.reshape(len(self.bias), -1), input_offset), 0

    def pointers(self, bias: Bias | Tensor, to: ChannelOutput) -> tuple[int | Constant, ...]:
        """Return the pointers of a kernel call: input, weights, `bias` in words, multipliers, shifts, output."""
        return (
            pointer(self.source, "input"),
            self.filters.index if self.weights is None else Constant("weights", self.weights),
            bias.index if isinstance(bias, Tensor) else Constant("bias", bias.view(np.int32)),
            to.multipliers,
            to.shifts,
            self.output.index,
        )


def weighted(
    graph: Graph,
    operator: Operator,
    rank: int,
    channel_axis: int,
    source_at: int = 0,
    sums: Mapping[str | None, str] = MappingProxyType({}),
    int4: bool = False,
) -> Weighted:
    """Return the parts of an operator that sums weighted inputs for each output channel.

    Args:
        graph: the model.
        operator: the operator.
        rank: how many dimensions its filter must have.
        channel_axis: the filter's dimension that counts output channels.
        source_at: the input's place among the operator's inputs, 0 or 2; the filter's is 1, and the bias, if any,
            is the last.
        sums: for int16 inputs, the type of the sums for each type of the bias that TFLM takes, None for no bias;
            empty where the input must be int8.
        int4: whether TFLM takes int4 weights with an int8 input.

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
    check_integer(graph, operator, source, "input", "int8", *(["int16"] if sums else []))
    check_integer(graph, operator, output, "output", source.type)
    for tensor, role in ((source, "input"), (output, "output")):
        check_symmetric(graph, operator, tensor, role)
    check_rank(graph, operator, filters, "filter", rank)
    types = ("int8", "int4") if int4 and source.type == "int8" else ("int8",)
    weights = _weights_of(graph, operator, filters, channel_axis, types)
    bias = optional_tensor_of(graph, operator, bias_at)
    kinds = sums if source.type == "int16" else {None: "int32", "int32": "int32"}
    values = _bias_of(graph, operator, bias, filters.shape[channel_axis], kinds)
    wide = kinds[None if bias is None else bias.type] == "int64"
    return Weighted(graph, operator, source, filters, weights, values, wide, output)


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
        around=layer.operator.merged.around,
    )


def fold_offset(
    bias: Bias,
    weights: npt.NDArray[np.int8] | npt.NDArray[np.int16],
    input_offset: int,
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


def _bias_of(
    graph: Graph, operator: Operator, tensor: Tensor | None, channels: int, sums: Mapping[str | None, str]
) -> Bias | Tensor:
    """Return the bias of each output channel, in the type of the sums; zeros where the model has none.

    Returns:
        Values, or the tensor where the model computes it.

    Raises:
        ModelError: the bias is of no type of `sums`, or has not `channels` elements.
    """
    if tensor is None:
        return np.zeros(channels, sums[None])
    check_type(graph, operator, tensor, "bias", *(name for name in sums if name is not None))
    if tensor.elements != channels:
        raise refuse(graph, operator, f"its bias has {tensor.elements} elements for {channels} output channels")
    if not tensor.is_constant:
        if tensor.type != sums[tensor.type]:
            raise refuse(graph, operator, f"its bias is {tensor.type} and no constant; {sums[tensor.type]} may be")
        return tensor
    return np.ascontiguousarray(tensor.values, sums[tensor.type]).reshape(-1)


def _weights_of(
    graph: Graph, operator: Operator, tensor: Tensor, axis: int, types: tuple[str, ...]
) -> npt.NDArray[np.int8] | None:
    """Return the weights as int8, quantized as a whole or by output channel along dimension `axis`.

    Returns:
        Values, or None where the model computes them.

    Raises:
        ModelError: they are of no type of `types`, or quantized along another dimension.
    """
    check_type(graph, operator, tensor, "filter", *types)
    if tensor.quantized.per_channel and tensor.quantized.axis != axis:
        raise refuse(
            graph, operator, f"its filter has scales along dimension {tensor.quantized.axis}; {axis} is supported"
        )
    return np.asarray(tensor.values, np.int8) if tensor.is_constant else None

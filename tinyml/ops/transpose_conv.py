"""TRANSPOSE_CONV: int8 input and output, int8 weights with one scale or one for each output channel.

TFLM takes the output's size from the output tensor and does not look at input 0, which holds it too; any size goes
with any input, as sums outside the output are dropped and outputs that no input reaches are the bias.
"""

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, refuse
from tinyml.ops.quantized import check_rank, check_shape, options_of
from tinyml.ops.weighted import WIDE_SUMS, Weighted, weighted

_MAX_SIZE = 1 << 15  # keeps positions inside 32 bits in the kernel
_SAME, _VALID = 0, 1


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower TRANSPOSE_CONV.

    Raises:
        ModelError: types, shapes, options or quantization are not what the kernel computes.
    """
    layer = weighted(graph, operator, rank=4, channel_axis=0, source_at=2, sums=WIDE_SUMS)
    check_rank(graph, operator, layer.source, "input", 4)
    check_rank(graph, operator, layer.output, "output", 4)
    batches, height, width, depth = layer.source.shape
    channels, *taps, _ = layer.filters.shape
    check_shape(graph, operator, layer.filters, "filter", (channels, *taps, depth))
    check_shape(graph, operator, layer.output, "output", (batches, *layer.output.shape[1:3], channels))
    options = options_of(graph, operator)
    strides = (options.int32(2), options.int32(1))
    (pad_top, pad_left) = (_pad(layer, axis, strides[axis - 1], options.int8(0)) for axis in (1, 2))
    to = layer.requantized(options.int8(3))
    params = {
        "batches": batches,
        "input_height": height,
        "input_width": width,
        "input_channels": depth,
        "filter_height": taps[0],
        "filter_width": taps[1],
        "output_height": layer.output.shape[1],
        "output_width": layer.output.shape[2],
        "output_channels": channels,
        "stride_height": strides[0],
        "stride_width": strides[1],
        "pad_top": pad_top,
        "pad_left": pad_left,
        **to.params,
    }
    if not layer.is_int16:
        params["input_offset"] = -layer.source.quantized.zero_point
    kernel = "transpose_conv_s16" if layer.is_int16 else "transpose_conv_s8"
    return Lowered(
        (KernelCall(kernel, params, layer.pointers(layer.bias, to)),),
        layer.source.elements * taps[0] * taps[1] * channels,
    )


def _pad(layer: Weighted, axis: int, stride: int, padding: int) -> int:
    """Return how many sums in front of the output are dropped along dimension `axis`.

    It is the padding of the convolution that leads from the output to the input (TFLM's
    ComputePaddingHeightWidth), whose size TFLM divides towards zero where the filter is larger than the output.
    """
    if padding not in (_SAME, _VALID):
        reason = f"its padding has the code {padding}; 0 (SAME) and 1 (VALID) are allowed"
        raise refuse(layer.graph, layer.operator, reason)
    size, taps = layer.output.shape[axis], layer.filters.shape[axis]
    lengths = (("stride", stride), ("filter size", taps), ("output", size), ("input", layer.source.shape[axis]))
    for name, value in lengths:
        if not 1 <= value <= _MAX_SIZE:
            raise refuse(layer.graph, layer.operator, f"its {name} is {value}; 1 to {_MAX_SIZE} is allowed")
    reach = size + stride - (1 if padding == _SAME else taps)
    positions = int(reach / stride)
    return max((positions - 1) * stride + taps - size, 0) // 2


OPERATOR = Definition(
    "TRANSPOSE_CONV",
    lower,
    (Form("int8", ("transpose_conv_s8",)), Form("16x8", ("transpose_conv_s16",))),
)

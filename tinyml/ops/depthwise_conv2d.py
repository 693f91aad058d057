"""DEPTHWISE_CONV_2D: weights with one scale or one for each output channel.

Inputs and outputs are int8, with int8 or int4 weights, or int16 with int8 weights. With int16, TFLM takes every
bias for int64, whatever its type; one of int32 is refused.
"""

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, refuse
from tinyml.ops.quantized import check_shape, options_of
from tinyml.ops.weighted import WIDE_SUMS, weighted, window_of


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower DEPTHWISE_CONV_2D.

    Raises:
        ModelError: types, shapes, options or quantization are not what the kernel computes.
    """
    layer = weighted(graph, operator, rank=4, channel_axis=3, sums=WIDE_SUMS, int4=True)
    one, filter_height, filter_width, channels = layer.filters.shape
    window = window_of(layer, (filter_height, filter_width), dilation_at=5)
    options = options_of(graph, operator)
    batches, depth = layer.source.shape[0], layer.source.shape[3]
    multiplier = options.int32(3)
    if one != 1 or channels != depth * multiplier:
        raise refuse(
            graph,
            operator,
            f"its filter has the shape {list(layer.filters.shape)} for {depth} input channels and a depth "
            f"multiplier of {multiplier}",
        )
    check_shape(graph, operator, layer.output, "output", window.output_shape(batches, channels))
    to = layer.requantized(options.int8(4))
    params = {
        "batches": batches,
        **window.params(),
        **window.dilations(),
        "input_channels": depth,
        "depth_multiplier": multiplier,
        **to.params,
    }
    if not layer.is_int16:
        params["input_offset"] = -layer.source.quantized.zero_point
    kernel = "depthwise_conv2d_s16" if layer.is_int16 else "depthwise_conv2d_s8"
    macs = layer.output.elements * filter_height * filter_width
    return Lowered((KernelCall(kernel, params, layer.pointers(layer.bias, to)),), macs)


OPERATOR = Definition(
    "DEPTHWISE_CONV_2D",
    lower,
    (
        Form("int8", ("depthwise_conv2d_s8",)),
        Form("16x8", ("depthwise_conv2d_s16",)),
        Form("8x4", ("depthwise_conv2d_s8",)),
    ),
    wide=True,
)

"""CONV_2D, also grouped: weights with one scale or one for each output channel.

Inputs and outputs are int8, with int8 or int4 weights, or int16 with int8 weights.
"""

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, refuse
from tinyml.ops.quantized import check_shape, options_of
from tinyml.ops.weighted import SUMS, fold_offset, weighted, window_of


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower CONV_2D; a 1x1 filter that visits every pixel becomes a dense layer over the pixels.

    Raises:
        ModelError: types, shapes, options or quantization are not what the kernel computes.
    """
    layer = weighted(graph, operator, rank=4, channel_axis=0, sums=SUMS, int4=True)
    channels, filter_height, filter_width, filter_depth = layer.filters.shape
    window = window_of(layer, (filter_height, filter_width), dilation_at=4)
    batches, height, width, depth = layer.source.shape
    if depth % filter_depth or channels % (depth // filter_depth):
        raise refuse(
            graph,
            operator,
            f"its filter of shape {list(layer.filters.shape)} does not divide {depth} input channels into groups",
        )
    check_shape(graph, operator, layer.output, "output", window.output_shape(batches, channels))
    to = layer.requantized(options_of(graph, operator).int8(3))
    macs = layer.output.elements * filter_height * filter_width * filter_depth
    params = {
        "batches": batches,
        **window.params(),
        **window.dilations(),
        "input_channels": depth,
        "filter_channels": filter_depth,
        "output_channels": channels,
        "groups": depth // filter_depth,
        **to.params,
    }
    if layer.is_int16:
        return Lowered((KernelCall("conv2d_s16", params, layer.pointers(layer.bias, to)),), macs)
    bias, input_offset = layer.bias, -layer.source.quantized.zero_point
    if not window.padded:  # where some inputs are padding, the sum of the weights that count is not constant
        bias, input_offset = fold_offset(bias, layer.weights.reshape(channels, -1), input_offset), 0
    pointers = layer.pointers(bias, to)
    if layer.filters.shape[1:] == (1, 1, depth) and (window.height.stride, window.width.stride) == (1, 1):
        dense = {"rows": batches * height * width, "depth": depth, "outputs": channels, "weights_offset": 0}
        params = {**dense, "input_offset": input_offset, **to.params}
        return Lowered((KernelCall("fully_connected_s8", params, pointers),), macs)
    return Lowered((KernelCall("conv2d_s8", {**params, "input_offset": input_offset}, pointers),), macs)


_INT8_KERNELS = ("conv2d_s8", "fully_connected_s8")
OPERATOR = Definition(
    "CONV_2D",
    lower,
    (Form("int8", _INT8_KERNELS), Form("16x8", ("conv2d_s16",)), Form("8x4", _INT8_KERNELS)),
    wide=True,
)

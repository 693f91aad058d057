"""CONV_2D, also grouped: int8 input and output, int8 weights with one scale or one for each output channel."""

from tinyml.graph import Graph, Operator
from tinyml.ops.lowering import (
    Constant,
    KernelCall,
    Lowered,
    optional_tensor_of,
    output_of,
    pointer,
    refuse,
    tensor_of,
)
from tinyml.ops.quantized import (
    bias_of,
    channel_factors,
    channel_output,
    check_inputs,
    check_int8,
    check_rank,
    check_shape,
    fold_offset,
    options_of,
    weights_of,
)
from tinyml.ops.window import slide


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower CONV_2D; a 1x1 filter that visits every pixel becomes a dense layer over the pixels.

    Raises:
        ModelError: types, shapes, options or quantization are not what the kernel computes.
    """
    check_inputs(graph, operator, (2, 3))
    source, filters = tensor_of(graph, operator, 0), tensor_of(graph, operator, 1)
    output = output_of(graph, operator)
    check_int8(graph, operator, source, "input")
    check_int8(graph, operator, output, "output")
    check_rank(graph, operator, source, "input", 4)
    check_rank(graph, operator, filters, "filter", 4)
    weights = weights_of(graph, operator, filters, axis=0)
    batches, height, width, depth = source.shape
    channels, filter_height, filter_width, filter_depth = filters.shape
    if depth % filter_depth or channels % (depth // filter_depth):
        raise refuse(
            graph,
            operator,
            f"its filter of shape {list(filters.shape)} does not divide {depth} input channels into groups",
        )
    bias = bias_of(graph, operator, optional_tensor_of(graph, operator, 2), channels)

    options = options_of(graph, operator)
    window = slide(
        graph,
        operator,
        options.int8(0),
        image=(height, width),
        taps=(filter_height, filter_width),
        strides=(options.int32(2), options.int32(1)),
        dilations=(options.int32(5, 1), options.int32(4, 1)),
    )
    check_shape(graph, operator, output, "output", window.output_shape(batches, channels))
    to = channel_output(graph, operator, channel_factors(source, filters, output), options.int8(3), output)
    input_offset = -source.quantized.zero_point
    if not window.padded:  # where some inputs are padding, the sum of the weights that count is not constant
        bias, input_offset = fold_offset(bias, weights.reshape(channels, -1), input_offset), 0
    pointers = (
        pointer(source, "input"),
        Constant("weights", weights),
        Constant("bias", bias),
        to.multipliers,
        to.shifts,
        output.index,
    )
    macs = output.elements * filter_height * filter_width * filter_depth
    if filters.shape[1:] == (1, 1, depth) and (window.height.stride, window.width.stride) == (1, 1):
        dense = {"rows": batches * height * width, "depth": depth, "outputs": channels, "weights_offset": 0}
        params = {**dense, "input_offset": input_offset, **to.params}
        return Lowered((KernelCall("fully_connected_s8", params, pointers),), macs)
    params = {
        "batches": batches,
        **window.params(),
        **window.dilations(),
        "input_channels": depth,
        "filter_channels": filter_depth,
        "output_channels": channels,
        "groups": depth // filter_depth,
        "input_offset": input_offset,
        **to.params,
    }
    return Lowered((KernelCall("conv2d_s8", params, pointers),), macs)

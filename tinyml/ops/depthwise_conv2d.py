"""DEPTHWISE_CONV_2D: int8 input and output, int8 weights with one scale or one for each output channel."""

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
    options_of,
    weights_of,
)
from tinyml.ops.window import slide


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower DEPTHWISE_CONV_2D.

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
    weights = weights_of(graph, operator, filters, axis=3)
    batches, height, width, depth = source.shape
    one, filter_height, filter_width, channels = filters.shape
    options = options_of(graph, operator)
    multiplier = options.int32(3)
    if one != 1 or channels != depth * multiplier:
        raise refuse(
            graph,
            operator,
            f"its filter has the shape {list(filters.shape)} for {depth} input channels and a depth multiplier of "
            f"{multiplier}",
        )
    bias = bias_of(graph, operator, optional_tensor_of(graph, operator, 2), channels)
    window = slide(
        graph,
        operator,
        options.int8(0),
        image=(height, width),
        taps=(filter_height, filter_width),
        strides=(options.int32(2), options.int32(1)),
        dilations=(options.int32(6, 1), options.int32(5, 1)),
    )
    check_shape(graph, operator, output, "output", window.output_shape(batches, channels))
    to = channel_output(graph, operator, channel_factors(source, filters, output), options.int8(4), output)
    params = {
        "batches": batches,
        **window.params(),
        **window.dilations(),
        "input_channels": depth,
        "depth_multiplier": multiplier,
        "input_offset": -source.quantized.zero_point,
        **to.params,
    }
    pointers = (
        pointer(source, "input"),
        Constant("weights", weights),
        Constant("bias", bias),
        to.multipliers,
        to.shifts,
        output.index,
    )
    macs = output.elements * filter_height * filter_width
    return Lowered((KernelCall("depthwise_conv2d_s8", params, pointers),), macs)

"""FULLY_CONNECTED: int8 input and output, int8 weights with one scale or one for each output channel."""

from tinyml.graph import Graph, Operator, Tensor
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
    check_quantized,
    check_rank,
    fold_offset,
    options_of,
    weights_of,
)

# How far the bias's scale may be from input scale × filter scale, in output scales (TFLM's limit).
_BIAS_TOLERANCE = 0.02


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower FULLY_CONNECTED.

    Raises:
        ModelError: types, shapes, options or quantization are not what the kernel computes.
    """
    check_inputs(graph, operator, (2, 3))
    source, filters = tensor_of(graph, operator, 0), tensor_of(graph, operator, 1)
    bias_tensor = optional_tensor_of(graph, operator, 2)
    output = output_of(graph, operator)
    check_int8(graph, operator, source, "input")
    check_int8(graph, operator, output, "output")
    check_rank(graph, operator, filters, "filter", 2)
    weights = weights_of(graph, operator, filters, axis=0)
    channels, depth = filters.shape
    rows = output.elements // channels
    if output.shape[-1:] != (channels,) or source.elements != rows * depth:
        raise refuse(
            graph,
            operator,
            f"its input of shape {list(source.shape)} and filter of shape {list(filters.shape)} do not give an "
            f"output of shape {list(output.shape)}",
        )
    bias = bias_of(graph, operator, bias_tensor, channels)
    options = options_of(graph, operator)
    if (layout := options.int8(1)) != 0:
        raise refuse(graph, operator, f"its weights have the format code {layout}; 0 (DEFAULT) is supported")

    weights_offset = 0
    if not filters.quantized.per_channel:
        # TFLM reads the weights' zero point and the bias's scale only where the weights have one scale.
        check_quantized(graph, operator, filters, "filter")
        weights_offset = -filters.quantized.zero_point
        if bias_tensor is not None:
            _check_bias_scale(graph, operator, source, filters, bias_tensor, output)
    to = channel_output(graph, operator, channel_factors(source, filters, output), options.int8(0), output)
    input_offset = -source.quantized.zero_point
    if weights_offset == 0:
        bias, input_offset = fold_offset(bias, weights, input_offset), 0
    params = {
        "rows": rows,
        "depth": depth,
        "outputs": channels,
        "input_offset": input_offset,
        "weights_offset": weights_offset,
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
    return Lowered((KernelCall("fully_connected_s8", params, pointers),), rows * depth * channels)


def _check_bias_scale(
    graph: Graph, operator: Operator, source: Tensor, filters: Tensor, bias: Tensor, output: Tensor
) -> None:
    expected = source.quantized.scale * filters.quantized.scale
    found = bias.quantization.scale if bias.quantization else 0.0
    if abs(expected - found) / output.quantized.scale > _BIAS_TOLERANCE:
        raise refuse(
            graph, operator, f"its bias has the scale {found:.6g}, not input × filter scale {expected:.6g}"
        )

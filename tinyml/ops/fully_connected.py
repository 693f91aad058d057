"""FULLY_CONNECTED: weights with one scale or one for each output channel.

Inputs and outputs are int8, with int8 or int4 weights, or int16 with int8 weights. TFLM refuses int4 weights with
several scales.
"""

from tinyml.graph import INT4, Graph, Operator, Tensor
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, optional_tensor_of, refuse
from tinyml.ops.quantized import check_quantized, options_of
from tinyml.ops.weighted import SUMS, Weighted, fold_offset, weighted

# How far the bias's scale may be from input scale × filter scale, in output scales (TFLM's limit).
_BIAS_TOLERANCE = 0.02


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower FULLY_CONNECTED.

    Raises:
        ModelError: types, shapes, options or quantization are not what the kernel computes.
    """
    layer = weighted(graph, operator, rank=2, channel_axis=0, sums=SUMS, int4=True)
    channels, depth = layer.filters.shape
    rows = layer.output.elements // channels
    if layer.output.shape[-1:] != (channels,) or layer.source.elements != rows * depth:
        raise refuse(
            graph,
            operator,
            f"its input of shape {list(layer.source.shape)} and filter of shape {list(layer.filters.shape)} do "
            f"not give an output of shape {list(layer.output.shape)}",
        )
    options = options_of(graph, operator)
    if (layout := options.int8(1)) != 0:
        raise refuse(graph, operator, f"its weights have the format code {layout}; 0 (DEFAULT) is supported")

    weights_offset = _weights_offset(layer)
    to = layer.requantized(options.int8(0))
    params = {"rows": rows, "depth": depth, "outputs": channels, "weights_offset": weights_offset, **to.params}
    bias, kernel = layer.bias, "fully_connected_s16"
    if not layer.is_int16:
        kernel, input_offset = "fully_connected_s8", -layer.source.quantized.zero_point
        if weights_offset == 0:
            bias, input_offset = fold_offset(bias, layer.weights, input_offset), 0
        params["input_offset"] = input_offset
    return Lowered((KernelCall(kernel, params, layer.pointers(bias, to)),), rows * depth * channels)


def _weights_offset(layer: Weighted) -> int:
    """Return what is added to each weight.

    TFLM reads the weights' zero point and the bias's scale only where the weights have one scale.

    Raises:
        ModelError: the zero point or the scale is impossible.
    """
    if layer.filters.quantized.per_channel:
        if layer.filters.type == INT4:
            count = len(layer.filters.quantized.scales)
            raise refuse(layer.graph, layer.operator, f"its filter is int4 with {count} scales; 1 is allowed")
        return 0
    check_quantized(layer.graph, layer.operator, layer.filters, "filter")
    if (bias := optional_tensor_of(layer.graph, layer.operator, 2)) is not None:
        _check_bias_scale(layer, bias)
    return -layer.filters.quantized.zero_point


def _check_bias_scale(layer: Weighted, bias: Tensor) -> None:
    expected = layer.source.quantized.scale * layer.filters.quantized.scale
    found = bias.quantization.scale if bias.quantization else 0.0
    if abs(expected - found) / layer.output.quantized.scale > _BIAS_TOLERANCE:
        raise refuse(
            layer.graph,
            layer.operator,
            f"its bias has the scale {found:.6g}, not input × filter scale {expected:.6g}",
        )


OPERATOR = Definition(
    "FULLY_CONNECTED",
    lower,
    (
        Form("int8", ("fully_connected_s8",)),
        Form("16x8", ("fully_connected_s16",)),
        Form("8x4", ("fully_connected_s8",)),
    ),
    wide=True,
)

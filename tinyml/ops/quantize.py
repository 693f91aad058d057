"""QUANTIZE to int8, from float32 or from an 8-bit type of another scale."""

from tinyml import fixedpoint
from tinyml.fixedpoint import INT8_MAX, INT8_MIN
from tinyml.graph import Graph, Operator
from tinyml.ops import lookup
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, tensor_of
from tinyml.ops.quantized import (
    check_inputs,
    check_int8,
    check_quantized,
    check_shape,
    check_type,
    multiplier_of,
)


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower QUANTIZE.

    Raises:
        ModelError: types, shapes or quantization are not what the kernels compute.
    """
    check_inputs(graph, operator, (1,))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_type(graph, operator, source, "input", "float32", "int8", "uint8")
    check_int8(graph, operator, output, "output")
    check_shape(graph, operator, output, "output", source.shape)
    after = output.quantized
    if source.type == "float32":
        params = {"size": source.elements, "zero_point": after.zero_point, "scale": after.scale}
        call = KernelCall("quantize_f32_s8", params, (pointer(source, "input"), output.index))
        return Lowered((call,), in_place=() if source.is_constant else (source.index,))
    check_quantized(graph, operator, source, "input")
    before = source.quantized
    multiplier, shift = multiplier_of(graph, operator, before.scale / after.scale)

    def function(x: int) -> int:
        scaled = fixedpoint.requantize(x - before.zero_point, multiplier, shift)
        return fixedpoint.clamp(fixedpoint.wrap(scaled + after.zero_point), INT8_MIN, INT8_MAX)

    return lookup.call(source, output, function)


OPERATOR = Definition(
    "QUANTIZE",
    lower,
    (
        Form("float32->int8", ("quantize_f32_s8",)),
        Form("int8->int8", ("lookup_s8",)),
        Form("uint8->int8", ("lookup_s8",)),
    ),
)

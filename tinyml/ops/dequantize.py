"""DEQUANTIZE from int8 to float32."""

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, tensor_of
from tinyml.ops.quantized import check_inputs, check_int8, check_shape, check_type


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower DEQUANTIZE.

    Raises:
        ModelError: types or shapes are not what the kernel computes.
    """
    check_inputs(graph, operator, (1,))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_int8(graph, operator, source, "input")
    check_type(graph, operator, output, "output", "float32")
    check_shape(graph, operator, output, "output", source.shape)
    before = source.quantized
    params = {"size": source.elements, "zero_point": before.zero_point, "scale": before.scale}
    return Lowered((KernelCall("dequantize_s8_f32", params, (pointer(source, "input"), output.index)),))


OPERATOR = Definition("DEQUANTIZE", lower, (Form("int8->float32", ("dequantize_s8_f32",)),))

"""DEQUANTIZE from integers of 8 and 16 bits to float32."""

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, tensor_of
from tinyml.ops.quantized import check_inputs, check_integer, check_shape, check_type

_KERNELS = {"int8": "dequantize_s8_f32", "int16": "dequantize_s16_f32", "uint8": "dequantize_u8_f32"}


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower DEQUANTIZE.

    Raises:
        ModelError: types or shapes are not what the kernel computes.
    """
    check_inputs(graph, operator, (1,))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_integer(graph, operator, source, "input", *_KERNELS)
    check_type(graph, operator, output, "output", "float32")
    check_shape(graph, operator, output, "output", source.shape)
    before = source.quantized
    params = {"size": source.elements, "zero_point": before.zero_point, "scale": before.scale}
    return Lowered((KernelCall(_KERNELS[source.type], params, (pointer(source, "input"), output.index)),))


OPERATOR = Definition(
    "DEQUANTIZE",
    lower,
    tuple(Form(f"{type_}->float32", (kernel,)) for type_, kernel in _KERNELS.items()),
    wide=True,
)

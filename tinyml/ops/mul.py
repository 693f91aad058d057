"""MUL on int8, also with broadcasting and with a constant operand."""

from tinyml.graph import Graph, Operator
from tinyml.ops import broadcast
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, tensor_of
from tinyml.ops.quantized import activation_range, check_inputs, check_int8, multiplier_of


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower MUL.

    Raises:
        ModelError: types, shapes or quantization are not what the kernel computes.
    """
    check_inputs(graph, operator, (2,))
    first, second = tensor_of(graph, operator, 0), tensor_of(graph, operator, 1)
    output = output_of(graph, operator)
    check_int8(graph, operator, first, "input 0")
    check_int8(graph, operator, second, "input 1")
    check_int8(graph, operator, output, "output")
    params = broadcast.loops(graph, operator, first, second, output)
    low, high = activation_range(graph, operator, operator.option(lambda options: options.int8(0)), output)
    factor = first.quantized.scale * second.quantized.scale / output.quantized.scale
    multiplier, shift = multiplier_of(graph, operator, factor)
    params |= {
        "input1_offset": -first.quantized.zero_point,
        "input2_offset": -second.quantized.zero_point,
        "output_offset": output.quantized.zero_point,
        "output_multiplier": multiplier,
        "output_shift": shift,
        "activation_min": low,
        "activation_max": high,
    }
    pointers = (pointer(first, "input1"), pointer(second, "input2"), output.index)
    return Lowered((KernelCall("mul_s8", params, pointers),), in_place=broadcast.in_place((first, second), output))


OPERATOR = Definition("MUL", lower, (Form("int8", ("mul_s8",)),))

"""ADD on int8, also with broadcasting and with a constant operand."""

from tinyml import fixedpoint
from tinyml.graph import Graph, Operator
from tinyml.ops import broadcast
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import activation_range, check_inputs, check_int8

_LEFT_SHIFT = 20  # TM_ADD_S8_LEFT_SHIFT of the kernel


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower ADD.

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

    twice_larger = 2 * max(first.quantized.scale, second.quantized.scale)
    multipliers = [fixedpoint.quantize_multiplier(t.quantized.scale / twice_larger) for t in (first, second)]
    factor = twice_larger / ((1 << _LEFT_SHIFT) * output.quantized.scale)
    # TFLM stops the program where the last factor is not below 1.
    if not factor < 1 or (to_output := fixedpoint.quantize_multiplier(factor))[1] > 0:
        raise refuse(
            graph,
            operator,
            f"its output's scale {output.quantized.scale:.6g} is too small for inputs of {twice_larger / 2:.6g}",
        )
    params |= {
        "input1_offset": -first.quantized.zero_point,
        "input1_multiplier": multipliers[0][0],
        "input1_shift": multipliers[0][1],
        "input2_offset": -second.quantized.zero_point,
        "input2_multiplier": multipliers[1][0],
        "input2_shift": multipliers[1][1],
        "output_offset": output.quantized.zero_point,
        "output_multiplier": to_output[0],
        "output_shift": to_output[1],
        "activation_min": low,
        "activation_max": high,
    }
    pointers = (pointer(first, "input1"), pointer(second, "input2"), output.index)
    return Lowered((KernelCall("add_s8", params, pointers),), in_place=broadcast.in_place((first, second), output))


OPERATOR = Definition("ADD", lower, (Form("int8", ("add_s8",)),))

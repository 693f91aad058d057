"""ADD_N on int8: the sum of inputs of one quantization.

TFLM begins its sum with the number that the value 0 stands for, which is not 0 where the zero point is another:
such inputs are refused.
"""

from tinyml import fixedpoint
from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import check_inputs, check_int8, check_shape

_INPUTS = 8  # TM_ADD_N_S8_INPUTS of the kernel
_LEFT_SHIFT = 20


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower ADD_N.

    Raises:
        ModelError: types, shapes or quantization are not what the kernel computes.
    """
    check_inputs(graph, operator, range(2, _INPUTS + 1))
    inputs = [tensor_of(graph, operator, i) for i in range(len(operator.inputs))]
    output = output_of(graph, operator)
    check_int8(graph, operator, output, "output")
    for i, tensor in enumerate(inputs):
        check_int8(graph, operator, tensor, f"input {i}")
        check_shape(graph, operator, tensor, f"input {i}", output.shape)
        if tensor.quantized != inputs[0].quantized:
            raise refuse(graph, operator, f"its input {i} is not quantized as input 0 is")
    source, result = inputs[0].quantized, output.quantized
    if source.zero_point != 0:
        raise refuse(
            graph, operator, f"its inputs have the zero point {source.zero_point}; TFLM adds rightly only with 0"
        )
    factor = 2 * source.scale / ((1 << _LEFT_SHIFT) * result.scale)
    # TFLM stops the program where the factor is not below 1.
    if not factor < 1 or (to := fixedpoint.quantize_multiplier(factor))[1] > 0:
        raise refuse(
            graph, operator, f"its output's scale {result.scale:.6g} is too small for inputs of {source.scale:.6g}"
        )
    params = {
        "size": output.elements,
        "inputs": len(inputs),
        "output_offset": result.zero_point,
        "output_multiplier": to[0],
        "output_shift": to[1],
    }
    pointers = [pointer(tensor, f"input{i}") for i, tensor in enumerate(inputs)]
    unused = [output.index] * (_INPUTS - len(inputs))
    in_place = dict.fromkeys(tensor.index for tensor in inputs if not tensor.is_constant)
    return Lowered((KernelCall("add_n_s8", params, (*pointers, *unused, output.index)),), in_place=tuple(in_place))


OPERATOR = Definition("ADD_N", lower, (Form("int8", ("add_n_s8",)),))

"""SELECT_V2 on int8 and int16, also with broadcasting: values move as they are, whatever their quantization."""

from tinyml.graph import Graph, Operator
from tinyml.ops import broadcast
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, tensor_of
from tinyml.ops.quantized import check_computed, check_inputs

_KERNELS = {"int8": "select_s8", "int16": "select_s16"}


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SELECT_V2.

    Raises:
        ModelError: types or shapes are not what the kernels compute.
    """
    check_inputs(graph, operator, (3,))
    condition, first, second = (tensor_of(graph, operator, i) for i in range(3))
    output = output_of(graph, operator)
    check_computed(graph, operator, condition, "condition", "bool")
    check_computed(graph, operator, first, "input 1", *_KERNELS)
    check_computed(graph, operator, second, "input 2", first.type)
    check_computed(graph, operator, output, "output", first.type)
    inputs = (first, second, condition)
    params = broadcast.loops(graph, operator, inputs, output)
    names = ("input1", "input2", "condition")
    pointers = (*(pointer(t, name) for t, name in zip(inputs, names, strict=True)), output.index)
    call = KernelCall(_KERNELS[first.type], params, pointers)
    return Lowered((call,), in_place=broadcast.in_place(inputs, output))


OPERATOR = Definition("SELECT_V2", lower, tuple(Form(types, (kernel,)) for types, kernel in _KERNELS.items()))

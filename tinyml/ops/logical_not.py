"""LOGICAL_NOT on bool."""

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, tensor_of
from tinyml.ops.quantized import check_computed, check_inputs, check_shape


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower LOGICAL_NOT.

    Raises:
        ModelError: types or shapes are not what the kernel computes.
    """
    check_inputs(graph, operator, (1,))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_computed(graph, operator, source, "input", "bool")
    check_computed(graph, operator, output, "output", "bool")
    check_shape(graph, operator, output, "output", source.shape)
    pointers = (pointer(source, "input"), output.index)
    call = KernelCall("logical_not_u8", {"size": source.elements}, pointers)
    return Lowered((call,), in_place=() if source.is_constant else (source.index,))


OPERATOR = Definition("LOGICAL_NOT", lower, (Form("bool", ("logical_not_u8",)),))

"""CAST from integers and bool. From float it is undefined where a number does not fit."""

from tinyml.graph import Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of
from tinyml.ops.quantized import check_inputs, check_shape
from tinyml.schema import TENSOR_TYPES

_FROM = ("int8", "int16", "int32", "uint32", "bool")
_TO = ("int8", "int16", "int32", "uint32", "float32")


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower CAST.

    Raises:
        ModelError: types or shapes are not what TFLM computes.
    """
    check_inputs(graph, operator, (1,))
    source, output = move.input_of(graph, operator, 0, _FROM), output_of(graph, operator)
    move.check_moved(graph, operator, output, "output", _TO)
    check_shape(graph, operator, output, "output", source.shape)
    params = {
        "size": source.elements,
        "input_type": TENSOR_TYPES.index(source.type),
        "output_type": TENSOR_TYPES.index(output.type),
    }
    return Lowered((KernelCall("cast", params, (move.pointer(source, "input"), output.index)),))


OPERATOR = Definition("CAST", lower, tuple(Form(type_, ("cast",)) for type_ in _FROM))

"""BROADCAST_ARGS: the shape that two shapes broadcast to."""

from tinyml.graph import NUMPY_TYPES, Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered
from tinyml.ops.quantized import check_rank, check_shape

_KERNEL = "broadcast_args"
_TYPES = ("int32", "int64")


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower BROADCAST_ARGS.

    Raises:
        ModelError: types or shapes are not what TFLM computes.
    """
    first, output = move.pair(graph, operator, 2, _TYPES)
    second = move.input_of(graph, operator, 1, (first.type,))
    for tensor in (first, second):
        check_rank(graph, operator, tensor, "input", 1)
    check_shape(graph, operator, output, "output", max(first.shape, second.shape))
    params = {
        "size1": first.elements,
        "size2": second.elements,
        "output_size": output.elements,
        "bytes": NUMPY_TYPES[output.type].itemsize,
    }
    pointers = (move.pointer(first, "input1"), move.pointer(second, "input2"), output.index)
    return Lowered((KernelCall(_KERNEL, params, pointers),))


OPERATOR = Definition("BROADCAST_ARGS", lower, tuple(Form(type_, (_KERNEL,)) for type_ in _TYPES))

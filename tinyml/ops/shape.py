"""SHAPE: the input's shape, which is known before anything runs."""

import numpy as np

from tinyml.graph import NUMPY_TYPES, Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Constant, KernelCall, Lowered, output_of, tensor_of
from tinyml.ops.quantized import check_inputs, check_shape, check_type


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SHAPE to a copy of constants.

    Raises:
        ModelError: types or shapes are not what TFLM computes.
    """
    check_inputs(graph, operator, (1,))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    move.check_moved(graph, operator, source, "input", NUMPY_TYPES)
    check_type(graph, operator, output, "output", "int32")
    check_shape(graph, operator, output, "output", (len(source.shape),))
    call = move.whole(output, output)
    values = Constant("shape", np.frombuffer(np.array(source.shape, "<i4").tobytes(), np.int8), lookup=True)
    return Lowered((KernelCall(call.kernel, call.params, (values, output.index)),))


OPERATOR = Definition("SHAPE", lower, move.forms(("any",)))

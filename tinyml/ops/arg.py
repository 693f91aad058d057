"""What ARG_MAX and ARG_MIN share: the place of an extreme value along one constant axis, int8 to int32."""

import math

from tinyml.graph import Graph, Operator
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, tensor_of
from tinyml.ops.quantized import axis_of, check_inputs, check_int8, check_shape, check_type


def place(graph: Graph, operator: Operator, smallest: bool) -> Lowered:
    """Lower ARG_MAX, or ARG_MIN where the `smallest` element is asked for.

    TFLM checks neither the axis nor the output's shape, and reads or writes outside of tensors where they are
    impossible.

    Raises:
        ModelError: types, shapes or the axis are not what the kernel computes.
    """
    check_inputs(graph, operator, (2,))
    source, tensor, output = (
        tensor_of(graph, operator, 0),
        tensor_of(graph, operator, 1),
        output_of(graph, operator),
    )
    check_int8(graph, operator, source, "input")
    check_type(graph, operator, output, "output", "int32")
    axis = axis_of(graph, operator, source, tensor)
    check_shape(graph, operator, output, "output", source.shape[:axis] + source.shape[axis + 1 :])
    params = {
        "outer": math.prod(source.shape[:axis]),
        "size": source.shape[axis],
        "inner": math.prod(source.shape[axis + 1 :]),
        "smallest": int(smallest),
    }
    return Lowered((KernelCall("arg_extreme_s8", params, (pointer(source, "input"), output.index)),))

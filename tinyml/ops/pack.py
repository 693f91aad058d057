"""PACK: inputs of one shape become the slices of an output with one more dimension."""

import math

from tinyml.graph import Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, output_of, refuse, tensor_of
from tinyml.ops.move import Loop
from tinyml.ops.quantized import check_shape, options_of

_TYPES = ("int8", "int16", "int32", "int64", "float32")


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower PACK, one call for each input.

    Raises:
        ModelError: types, shapes or options are not what TFLM computes.
    """
    count = len(operator.inputs)
    sources, output = [tensor_of(graph, operator, i) for i in range(count)], output_of(graph, operator)
    move.check_moved(graph, operator, output, "output", _TYPES)
    options = options_of(graph, operator)
    if options.int32(0) != count:
        raise refuse(graph, operator, f"it has {count} inputs, and its options say {options.int32(0)}")
    axis = move.axis_of(graph, operator, options.int32(1), len(output.shape))
    if not count or output.shape[axis] != count:
        raise refuse(graph, operator, f"it puts {count} inputs along dimension {axis} of {list(output.shape)}")
    rows = math.prod(output.shape[:axis])
    size = math.prod(output.shape[axis + 1 :])
    calls = []
    for i, source in enumerate(sources):
        move.check_moved(graph, operator, source, f"input {i}", (output.type,))
        check_shape(graph, operator, source, f"input {i}", output.shape[:axis] + output.shape[axis + 1 :])
        loops = [Loop(rows, size, count * size), Loop(size, 1, 1)]
        calls.append(move.copy(source, output, loops, output_start=i * size))
    return Lowered(tuple(calls))


OPERATOR = Definition("PACK", lower, move.forms(_TYPES))

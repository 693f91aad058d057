"""UNPACK: the slices of the input along one dimension, which is left out."""

from tinyml.graph import Graph, Operator
from tinyml.ops import move, parts
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.quantized import check_inputs, check_shape, options_of


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower UNPACK, one call for each output.

    Raises:
        ModelError: types, shapes or options are not what TFLM computes.
    """
    check_inputs(graph, operator, (1,))
    source = parts.source_of(graph, operator, 0)
    options = options_of(graph, operator)
    count = len(operator.outputs)
    if options.int32(0) != count:
        raise refuse(graph, operator, f"it has {count} outputs, and its options say {options.int32(0)}")
    axis = move.axis_of(graph, operator, options.int32(1), len(source.shape))
    for i, at in enumerate(operator.outputs):
        check_shape(
            graph, operator, graph.tensors[at], f"output {i}", source.shape[:axis] + source.shape[axis + 1 :]
        )
    return parts.cut(graph, operator, source, axis, [1] * count)


OPERATOR = Definition("UNPACK", lower, move.forms(parts.TYPES))

"""REVERSE_V2 along constant axes, which are neighbours."""

from tinyml.graph import Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.move import Loop
from tinyml.ops.quantized import check_rank, check_shape

_TYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float32")


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower REVERSE_V2.

    Raises:
        ModelError: types, shapes or axes are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 2, _TYPES)
    check_shape(graph, operator, output, "output", source.shape)
    check_rank(graph, operator, graph.tensors[operator.inputs[1]], "axis", 1)
    axes = sorted(
        move.axis_of(graph, operator, axis, len(source.shape)) for axis in move.numbers(graph, operator, 1, "axis")
    )
    if axes != list(range(axes[0], axes[0] + len(axes))):
        raise refuse(graph, operator, f"its axes are {axes}; TFLM reverses neighbouring ones only")
    steps = move.steps(source.shape)
    loops = [
        Loop(n, -step if i in axes else step, step)
        for i, (n, step) in enumerate(zip(source.shape, steps, strict=True))
    ]
    start = sum((source.shape[i] - 1) * steps[i] for i in axes)
    return Lowered((move.copy(source, output, loops, input_start=start),))


OPERATOR = Definition("REVERSE_V2", lower, move.forms(_TYPES))

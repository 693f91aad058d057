"""SQUEEZE: dimensions of 1 are left out; the output is the input's bytes, of any type."""

from tinyml.graph import NUMPY_TYPES, Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.quantized import check_shape, options_of


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SQUEEZE: no call, the output is the input's bytes.

    Raises:
        ModelError: types differ, or the shapes or dimensions are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 1, NUMPY_TYPES)
    shape = source.shape
    named = options_of(graph, operator).vector(0).int32s()
    squeezed = {move.axis_of(graph, operator, axis, len(shape)) for axis in named}
    if any(shape[axis] != 1 for axis in squeezed):
        raise refuse(graph, operator, f"it leaves out dimensions {sorted(squeezed)} of the shape {list(shape)}")
    if not named:
        squeezed = {axis for axis, size in enumerate(shape) if size == 1}
    check_shape(graph, operator, output, "output", tuple(n for i, n in enumerate(shape) if i not in squeezed))
    return move.rename(source, output)


OPERATOR = Definition("SQUEEZE", lower, move.forms(("any",)))

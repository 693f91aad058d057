"""DYNAMIC_UPDATE_SLICE: a box of the input is replaced, at a place that may be computed."""

from tinyml.graph import NUMPY_TYPES, Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, refuse, tensor_of
from tinyml.ops.quantized import check_rank, check_shape

_KERNEL = "dynamic_update_slice"
_TYPES = ("int8", "int16", "int32", "float32")
_DIMENSIONS = 6  # of the kernel


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower DYNAMIC_UPDATE_SLICE.

    Raises:
        ModelError: types or shapes are not what TFLM computes.
    """
    source, output = move.pair(graph, operator, 3, _TYPES)
    update, starts = tensor_of(graph, operator, 1), tensor_of(graph, operator, 2)
    rank = len(source.shape)
    check_shape(graph, operator, output, "output", source.shape)
    move.check_moved(graph, operator, update, "update", (source.type,))
    check_rank(graph, operator, update, "update", rank)
    move.check_moved(graph, operator, starts, "start", ("int32", "int64"))
    check_shape(graph, operator, starts, "start", (rank,))
    if any(part > n for part, n in zip(update.shape, source.shape, strict=True)):
        raise refuse(graph, operator, f"its update {list(update.shape)} does not fit into {list(source.shape)}")
    size = NUMPY_TYPES[source.type].itemsize
    missing = _DIMENSIONS - rank
    shape, box = (1,) * missing + source.shape, (1,) * missing + update.shape
    params: dict[str, int | float] = {
        "input_size": source.nbytes,
        "start_bytes": NUMPY_TYPES[starts.type].itemsize,
        "run": box[-1] * size,
        "first": missing,
    }
    params |= {f"size_{i}": n for i, n in enumerate(box[:-1])}
    params |= {f"most_{i}": n - part for i, (n, part) in enumerate(zip(shape, box, strict=True))}
    params |= {f"step_{i}": step * size for i, step in enumerate(move.steps(shape))}
    named = ((source, "input"), (update, "update"), (starts, "starts"))
    pointers = (*(move.pointer(tensor, name) for tensor, name in named), output.index)
    return Lowered((KernelCall(_KERNEL, params, pointers),))


OPERATOR = Definition("DYNAMIC_UPDATE_SLICE", lower, tuple(Form(type_, (_KERNEL,)) for type_ in _TYPES))

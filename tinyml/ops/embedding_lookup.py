"""EMBEDDING_LOOKUP: indices choose rows of a table, which may be int8 where the output is float32."""

import math

from tinyml.graph import Graph, Operator
from tinyml.ops import move, pick
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, refuse
from tinyml.ops.quantized import check_inputs, check_quantized, check_rank, check_shape


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower EMBEDDING_LOOKUP.

    Raises:
        ModelError: types, shapes or constant indices are not what TFLM computes.
    """
    check_inputs(graph, operator, (2,))
    source, output = move.input_of(graph, operator, 1, pick.TYPES), output_of(graph, operator)
    dequantizes = (source.type, output.type) == ("int8", "float32")
    move.check_moved(graph, operator, output, "output", (source.type, *(("float32",) if dequantizes else ())))
    indices = move.input_of(graph, operator, 0, ("int32",))
    check_rank(graph, operator, indices, "indices", 1)
    if len(source.shape) < 2:
        raise refuse(graph, operator, f"its table has the shape {list(source.shape)}; at least 2 are allowed")
    rows, inner = source.shape[:1], source.shape[1:]
    check_shape(graph, operator, output, "output", indices.shape + inner)
    call = pick.call(graph, operator, source, indices, output, sizes=inner, blocks=(1, 1), along=rows)
    if not dequantizes:
        return Lowered((call,))
    check_quantized(graph, operator, source, "table")
    if source.quantized.zero_point != 0:
        raise refuse(graph, operator, f"its table has the zero point {source.quantized.zero_point}, not 0")
    params = {
        "rows": rows[0],
        "columns": math.prod(inner),
        "picks": indices.elements,
        "scale": source.quantized.scale,
    }
    pointers = (pointer(source, "input"), pointer(indices, "indices"), output.index)
    return Lowered((KernelCall("embedding_s8_f32", params, pointers),))


OPERATOR = Definition(
    "EMBEDDING_LOOKUP",
    lower,
    (*(Form(type_, (pick.KERNEL,)) for type_ in pick.TYPES), Form("int8->float32", ("embedding_s8_f32",))),
)

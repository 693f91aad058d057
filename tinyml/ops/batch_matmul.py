"""BATCH_MATMUL: products of int8 or int16 matrices, each of which may be transposed; batches broadcast."""

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import (
    check_inputs,
    check_integer,
    check_shape,
    check_symmetric,
    multiplier_of,
    wide_multiplier_of,
)

_BATCH_LOOPS = 3  # of the kernel
_MAX_RANK = 2 + _BATCH_LOOPS  # TFLM's


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower BATCH_MATMUL.

    Raises:
        ModelError: types, shapes or quantization are not what the kernel computes.
    """
    check_inputs(graph, operator, (2,))
    left, right, output = tensor_of(graph, operator, 0), tensor_of(graph, operator, 1), output_of(graph, operator)
    for tensor, role in ((left, "first input"), (right, "second input"), (output, "output")):
        check_integer(graph, operator, tensor, role, *(("int8", "int16") if tensor is left else (left.type,)))
        check_symmetric(graph, operator, tensor, role)
        if not 2 <= len(tensor.shape) <= _MAX_RANK:
            reason = f"its {role} has the shape {list(tensor.shape)}; 2 to {_MAX_RANK} dimensions are allowed"
            raise refuse(graph, operator, reason)
    rows, depth, row_step, left_depth_step = _matrix(left, bool(operator.option(lambda o: int(o.flag(0)))))
    right_depth, columns, right_depth_step, column_step = _matrix(
        right, bool(operator.option(lambda o: int(o.flag(1))))
    )
    batches = _broadcast(left, right)
    if depth != right_depth or batches is None:
        raise refuse(
            graph,
            operator,
            f"its inputs of shapes {list(left.shape)} and {list(right.shape)} cannot be multiplied",
        )
    rank = max(len(left.shape), len(right.shape))
    check_shape(graph, operator, output, "output", (*batches[_BATCH_LOOPS + 2 - rank :], rows, columns))
    wide = left.type == "int16"
    factor = left.quantized.scale * right.quantized.scale / output.quantized.scale
    multiplier, shift = (wide_multiplier_of if wide else multiplier_of)(graph, operator, factor)
    params = {
        **{f"batch_{i}": size for i, size in enumerate(batches)},
        **_batch_steps(left, "left"),
        **_batch_steps(right, "right"),
        "rows": rows,
        "columns": columns,
        "depth": depth,
        "left_row_step": row_step,
        "left_depth_step": left_depth_step,
        "right_depth_step": right_depth_step,
        "right_column_step": column_step,
        "left_offset": -left.quantized.zero_point,
        "right_offset": -right.quantized.zero_point,
        "multiplier": multiplier,
        "shift": shift,
        "output_offset": output.quantized.zero_point,
    }
    kernel = "batch_matmul_s16" if wide else "batch_matmul_s8"
    call = KernelCall(kernel, params, (pointer(left, "left"), pointer(right, "right"), output.index))
    return Lowered((call,), output.elements * depth)


def _matrix(tensor: Tensor, transposed: bool) -> tuple[int, int, int, int]:
    """Return a matrix's rows and columns, and the elements between neighbours of each."""
    rows, columns = tensor.shape[-2:]
    return (columns, rows, 1, columns) if transposed else (rows, columns, columns, 1)


def _batches(tensor: Tensor) -> tuple[int, ...]:
    """Return the dimensions in front of a tensor's matrices, filled up to the kernel's loops."""
    return (1,) * (_MAX_RANK - len(tensor.shape)) + tensor.shape[:-2]


def _broadcast(left: Tensor, right: Tensor) -> tuple[int, ...] | None:
    """Return the output's batches, or None where those of the inputs do not broadcast."""
    pairs = list(zip(_batches(left), _batches(right), strict=True))
    return tuple(map(max, pairs)) if all(a == b or 1 in (a, b) for a, b in pairs) else None


def _batch_steps(tensor: Tensor, name: str) -> dict[str, int | float]:
    """Return how many elements lie between neighbours of each batch loop; 0 where the tensor is broadcast."""
    steps: dict[str, int | float] = {}
    step = tensor.shape[-2] * tensor.shape[-1]
    for i, size in reversed(list(enumerate(_batches(tensor)))):
        steps[f"{name}_step_{i}"] = step if size > 1 else 0
        step *= size
    return steps


OPERATOR = Definition(
    "BATCH_MATMUL", lower, (Form("int8", ("batch_matmul_s8",)), Form("int16", ("batch_matmul_s16",)))
)

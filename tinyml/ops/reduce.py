"""What reductions over constant axes share: MEAN, SUM, REDUCE_MAX, REDUCE_MIN and REDUCE_ALL."""

import math
from dataclasses import dataclass

from tinyml import fixedpoint
from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops import move
from tinyml.ops.definition import Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import (
    check_computed,
    check_inputs,
    check_quantized,
    check_shape,
    check_type,
    constant_of,
)

_LOOPS = 2  # loops of the kernels over kept dimensions, and over reduced ones
_MAX_COUNT = 1 << 23  # int8 elements whose sum fits 32 bits; sums of int16 wrap
_SUMS = {"int8": "mean_s8", "int16": "mean_s16"}
SUM_FORMS = tuple(Form(type_, (kernel,)) for type_, kernel in _SUMS.items())
_MAX_AXES = 4  # TFLM's


@dataclass(frozen=True)
class Reduction:
    """A reduction, checked.

    Attributes:
        graph, operator: whose it is.
        source, output: the input and the output, both of one type.
        count: elements that make one output.
        loops: the fields of a kernel's struct that say which elements these are.
    """

    graph: Graph
    operator: Operator
    source: Tensor
    output: Tensor
    count: int
    loops: dict[str, int | float]


def reduction(graph: Graph, operator: Operator, *types: str) -> Reduction:
    """Return the parts of an operator that reduces its input, of one of `types`, over constant axes.

    Raises:
        ModelError: types, shapes or axes are not what the kernels compute.
    """
    check_inputs(graph, operator, (2,))
    source, axes_tensor = tensor_of(graph, operator, 0), tensor_of(graph, operator, 1)
    output = output_of(graph, operator)
    for tensor, role, allowed in ((source, "input", types), (output, "output", (source.type,))):
        check_computed(graph, operator, tensor, role, *allowed)
        if tensor.type != "bool":
            check_quantized(graph, operator, tensor, role)
    axes = _axes(graph, operator, source, axes_tensor)
    keep = operator.option(lambda options: int(options.flag(0)))
    shape = (
        tuple(1 if i in axes else n for i, n in enumerate(source.shape))
        if keep
        else tuple(n for i, n in enumerate(source.shape) if i not in axes)
    )
    check_shape(graph, operator, output, "output", shape)
    count = math.prod(source.shape[i] for i in axes)
    return Reduction(graph, operator, source, output, count, _loops(graph, operator, source, axes))


def summed(graph: Graph, operator: Operator, what: str) -> Reduction:
    """Return the parts of an operator on int8 or int16 that takes the sum of the elements, or the mean: `what`.

    Raises:
        ModelError: types, shapes or axes are not what the kernels compute, or a sum may not fit 32 bits.
    """
    parts = reduction(graph, operator, *_SUMS)
    if parts.count > _MAX_COUNT:
        reason = f"it takes the {what} of {parts.count} elements; at most {_MAX_COUNT} are allowed"
        raise refuse(graph, operator, reason)
    return parts


def rescaled_sum(parts: Reduction, multiplier: int, shift: int) -> Lowered:
    """Return the call that sums real values and brings the sum to the output's scale by that factor."""
    params = {
        **parts.loops,
        "input_offset": fixedpoint.wrap(-parts.source.quantized.zero_point * parts.count),
        "multiplier": multiplier,
        "shift": shift,
        "output_offset": parts.output.quantized.zero_point,
    }
    return _lowered(parts, _SUMS[parts.source.type], params)


def extreme(graph: Graph, operator: Operator, smallest: bool) -> Lowered:
    """Lower REDUCE_MAX, or REDUCE_MIN where the `smallest` element is asked for.

    Raises:
        ModelError: types, shapes, axes or quantization are not what the kernel computes.
    """
    parts = reduction(graph, operator, "int8")
    before, after = parts.source.quantized, parts.output.quantized
    if (before.scale, before.zero_point) != (after.scale, after.zero_point):
        raise refuse(
            graph,
            operator,
            f"its input has scale {before.scale:.6g} and zero point {before.zero_point}, its output "
            f"{after.scale:.6g} and {after.zero_point}; they must be the same",
        )
    return _lowered(parts, "reduce_extreme_s8", {**parts.loops, "smallest": int(smallest)})


def all_of(graph: Graph, operator: Operator) -> Lowered:
    """Lower REDUCE_ALL: of values that are 0 or 1, the smallest.

    Raises:
        ModelError: types, shapes or axes are not what the kernel computes.
    """
    parts = reduction(graph, operator, "bool")
    return _lowered(parts, "reduce_extreme_s8", {**parts.loops, "smallest": 1})


def _lowered(parts: Reduction, kernel: str, params: dict[str, int | float]) -> Lowered:
    # An output element's first input lies at its own place or behind it.
    in_place = () if parts.source.is_constant else (parts.source.index,)
    argument = move.pointer if parts.source.type == "bool" else pointer
    call = KernelCall(kernel, params, (argument(parts.source, "input"), parts.output.index))
    return Lowered((call,), in_place=in_place)


def _axes(graph: Graph, operator: Operator, source: Tensor, tensor: Tensor) -> set[int]:
    check_type(graph, operator, tensor, "axis", "int32")
    if tensor.elements > _MAX_AXES:
        raise refuse(graph, operator, f"it names {tensor.elements} axes; at most {_MAX_AXES} are allowed")
    rank = len(source.shape)
    axes = set()
    for axis in constant_of(graph, operator, tensor, "axis").reshape(-1).tolist():
        if not -rank <= axis < rank:
            raise refuse(graph, operator, f"its axis is {axis}; the input has {rank} dimensions")
        axes.add(axis % rank)
    return axes


def _loops(graph: Graph, operator: Operator, source: Tensor, axes: set[int]) -> dict[str, int | float]:
    """Return the kernel's loops: neighbouring dimensions that are all kept or all reduced become one."""
    groups: list[tuple[bool, int, int]] = []  # (reduced, size, step), the innermost first
    step = 1
    for i in reversed(range(len(source.shape))):
        size, reduced = source.shape[i], i in axes
        if size > 1 and groups and groups[-1][0] == reduced:
            groups[-1] = (reduced, groups[-1][1] * size, groups[-1][2])
        elif size > 1:
            groups.append((reduced, size, step))
        step *= size
    params: dict[str, int | float] = {}
    for name, reduced in (("kept", False), ("reduced", True)):
        loops = [(size, step) for is_reduced, size, step in reversed(groups) if is_reduced == reduced]
        if len(loops) > _LOOPS:
            raise refuse(
                graph, operator, f"axes {sorted(axes)} of an input of shape {list(source.shape)} are not supported"
            )
        for i, (size, step) in enumerate([(1, 0)] * (_LOOPS - len(loops)) + loops):
            params |= {f"{name}_{i}": size, f"{name}_step_{i}": step}
    return params

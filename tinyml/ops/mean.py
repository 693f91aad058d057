"""MEAN over constant axes, int8."""

import math

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import (
    check_inputs,
    check_int8,
    check_shape,
    check_type,
    constant_of,
    multiplier_of,
)

_LOOPS = 2  # loops of the kernel over kept dimensions, and over reduced ones
_MAX_COUNT = 1 << 23  # elements whose sum fits 32 bits
_MAX_AXES = 4  # TFLM's


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower MEAN.

    Raises:
        ModelError: types, shapes, axes or quantization are not what the kernel computes.
    """
    check_inputs(graph, operator, (2,))
    source, axes_tensor = tensor_of(graph, operator, 0), tensor_of(graph, operator, 1)
    output = output_of(graph, operator)
    check_int8(graph, operator, source, "input")
    check_int8(graph, operator, output, "output")
    axes = _axes(graph, operator, source, axes_tensor)
    keep = operator.option(lambda options: int(options.flag(0)))
    shape = (
        tuple(1 if i in axes else n for i, n in enumerate(source.shape))
        if keep
        else tuple(n for i, n in enumerate(source.shape) if i not in axes)
    )
    check_shape(graph, operator, output, "output", shape)
    count = math.prod(source.shape[i] for i in axes)
    if count > _MAX_COUNT:
        raise refuse(graph, operator, f"it takes the mean of {count} elements; at most {_MAX_COUNT} are allowed")

    multiplier, shift = multiplier_of(graph, operator, source.quantized.scale / output.quantized.scale)
    # TFLM works the division by the count into the multiplier, with as many bits as the count has.
    bits = min(count.bit_length() - 1, 31 + shift)
    params = {
        **_loops(graph, operator, source, axes),
        "input_offset": -source.quantized.zero_point * count,
        "multiplier": (multiplier << bits) // count,
        "shift": shift - bits,
        "output_offset": output.quantized.zero_point,
    }
    # An output element's first input lies at its own place or behind it.
    in_place = () if source.is_constant else (source.index,)
    call = KernelCall("mean_s8", params, (pointer(source, "input"), output.index))
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


OPERATOR = Definition("MEAN", lower, (Form("int8", ("mean_s8",)),))

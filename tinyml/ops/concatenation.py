"""CONCATENATION: each input is copied to its place in the output's rows, whose bytes may mean anything."""

import math

from tinyml.graph import NUMPY_TYPES, Graph, Operator, Tensor
from tinyml.ops import move
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, refuse, tensor_of
from tinyml.ops.quantized import check_int8, options_of

_MAX_INPUTS = 10  # TFLM's
_TYPES = ("bool", "int8", "int16", "int32", "int64", "float32")


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower CONCATENATION, one call for each input.

    Raises:
        ModelError: types, shapes, axis or quantization are not what TFLM computes.
    """
    if not 1 <= len(operator.inputs) <= _MAX_INPUTS:
        raise refuse(graph, operator, f"it has {len(operator.inputs)} inputs; 1 to {_MAX_INPUTS} are allowed")
    sources = [tensor_of(graph, operator, i) for i in range(len(operator.inputs))]
    output = output_of(graph, operator)
    move.check_moved(graph, operator, output, "output", _TYPES)
    options = options_of(graph, operator)
    if (activation := options.int8(1)) != 0:
        raise refuse(graph, operator, f"its fused activation has the code {activation}; 0 (NONE) is supported")
    rank = len(output.shape)
    if not -rank <= (axis := options.int32(0)) < rank:
        raise refuse(graph, operator, f"its axis is {axis}; the output has {rank} dimensions")
    axis %= rank

    rows = math.prod(output.shape[:axis])
    size_of = NUMPY_TYPES[output.type].itemsize
    step = output.elements // rows * size_of
    calls, start, along = [], 0, 0
    for i, source in enumerate(sources):
        move.check_moved(graph, operator, source, f"input {i}", (output.type,))
        _check_quantization(graph, operator, source, output, i)
        others = source.shape[:axis] + source.shape[axis + 1 :]
        if len(source.shape) != rank or others != output.shape[:axis] + output.shape[axis + 1 :]:
            raise refuse(
                graph,
                operator,
                f"its input {i} of shape {list(source.shape)} does not fit its output of shape "
                f"{list(output.shape)} along dimension {axis}",
            )
        size = source.elements // rows * size_of
        params = {"rows": rows, "row_size": size, "output_step": step, "output_start": start}
        calls.append(KernelCall("copy_s8", params, (move.pointer(source, f"input{i}"), output.index)))
        start, along = start + size, along + source.shape[axis]
    if along != output.shape[axis]:
        raise refuse(
            graph,
            operator,
            f"its inputs have {along} elements along dimension {axis}, its output {output.shape[axis]}",
        )
    return Lowered(tuple(calls))


def _check_quantization(graph: Graph, operator: Operator, source: Tensor, output: Tensor, number: int) -> None:
    """Check that int8 needs no rescaling, and that int16 has the zero point 0, as TFLM does."""
    if output.type == "int16":
        for tensor in (source, output):
            if tensor.quantization is not None and (zero_point := tensor.quantization.zero_point) != 0:
                raise refuse(graph, operator, f"it has an int16 tensor with the zero point {zero_point}, not 0")
    if output.type != "int8":
        return
    check_int8(graph, operator, output, "output")
    check_int8(graph, operator, source, f"input {number}")
    given, expected = source.quantized, output.quantized
    if (given.scale, given.zero_point) != (expected.scale, expected.zero_point):
        raise refuse(
            graph,
            operator,
            f"its input {number} has scale {given.scale:.6g} and zero point {given.zero_point}, its output "
            f"{expected.scale:.6g} and {expected.zero_point}; they must be the same",
        )


OPERATOR = Definition("CONCATENATION", lower, tuple(Form(type_, ("copy_s8",)) for type_ in _TYPES))

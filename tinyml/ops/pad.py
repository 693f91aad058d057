"""PAD and PADV2: rows of one value around the input.

int8 with a value that is known has a kernel of its own; all else fills the output and copies the input into it.
"""

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops import move
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, optional_tensor_of, pointer, refuse, tensor_of
from tinyml.ops.move import Loop
from tinyml.ops.quantized import check_inputs, check_int8, check_shape, check_type, constant_of

TYPES = ("int8", "int16", "int32", "float32")
FORMS = (Form("int8", ("pad_s8", move.KERNEL)), *move.forms(TYPES[1:]))

_LOOPS = 4  # dimensions of the int8 kernel
_MAX_RANK = 5  # TFLM's


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower PAD.

    Raises:
        ModelError: types, shapes or paddings are not what TFLM computes.
    """
    return pad(graph, operator)


def pad(graph: Graph, operator: Operator) -> Lowered:
    """Lower PAD or PADV2.

    Raises:
        ModelError: types, shapes or paddings are not what TFLM computes.
    """
    check_inputs(graph, operator, (2, 3))
    source, output = move.pair(graph, operator, len(operator.inputs), TYPES)
    if len(source.shape) > _MAX_RANK:
        raise refuse(
            graph, operator, f"its input has {len(source.shape)} dimensions; at most {_MAX_RANK} are allowed"
        )
    paddings = _paddings(graph, operator, source, tensor_of(graph, operator, 1))
    padded = tuple(n + before + after for n, (before, after) in zip(source.shape, paddings, strict=True))
    check_shape(graph, operator, output, "output", padded)
    value = optional_tensor_of(graph, operator, 2)
    _check_value(graph, operator, source, output, value)
    loops = _merged(source, paddings)
    if source.type == "int8" and len(loops) <= _LOOPS and (value is None or value.is_constant):
        number = output.quantized.zero_point if value is None else int(value.values.reshape(-1)[0])
        params = {**_params(loops), "value": number}
        return Lowered((KernelCall("pad_s8", params, (pointer(source, "input"), output.index)),))
    return Lowered((_fill(output, value), _place(source, output, paddings)))


def _check_value(graph: Graph, operator: Operator, source: Tensor, output: Tensor, value: Tensor | None) -> None:
    """Check that the padding's value, if it is given, is one element of the output's type and quantization."""
    if source.type == "int8":
        check_int8(graph, operator, source, "input")
        check_int8(graph, operator, output, "output")
    if value is None:
        return
    check_type(graph, operator, value, "padding value", output.type)
    same = value.elements == 1
    if output.type == "int8":
        check_int8(graph, operator, value, "padding value")
        given, expected = value.quantized, output.quantized
        same = same and (given.scale, given.zero_point) == (expected.scale, expected.zero_point)
    if not same:
        raise refuse(graph, operator, "its padding value is not one element, quantized as the output")


def _fill(output: Tensor, value: Tensor | None) -> KernelCall:
    """Return the call that fills the output with the padding's value, by default int8 zero points or zeros."""
    if value is not None:
        return move.copy(value, output, [Loop(output.elements, 0, 1)], name="value")
    return move.fill(output, output.quantized.zero_point if output.type == "int8" else 0)


def _place(source: Tensor, output: Tensor, paddings: list[tuple[int, int]]) -> KernelCall:
    """Return the call that copies the input to its place in the output."""
    steps = move.steps(output.shape)
    start = sum(before * step for (before, _), step in zip(paddings, steps, strict=True))
    loops = map(Loop, source.shape, move.steps(source.shape), steps)
    return move.copy(source, output, loops, output_start=start)


def _paddings(graph: Graph, operator: Operator, source: Tensor, tensor: Tensor) -> list[tuple[int, int]]:
    """Return the padding in front of each dimension and behind it."""
    check_type(graph, operator, tensor, "padding", "int32")
    check_shape(graph, operator, tensor, "padding", (len(source.shape), 2))
    paddings = [
        (int(before), int(after)) for before, after in constant_of(graph, operator, tensor, "padding").tolist()
    ]
    if any(n < 0 for pair in paddings for n in pair):
        raise refuse(graph, operator, f"its padding is {paddings}; it must not be negative")
    return paddings


def _merged(source: Tensor, paddings: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Return sizes and paddings, the outermost first: a dimension without padding is part of the one before it."""
    merged: list[tuple[int, int, int]] = []
    for size, (before, after) in zip(source.shape, paddings, strict=True):
        if merged and before == after == 0:
            merged[-1] = (merged[-1][0] * size, merged[-1][1] * size, merged[-1][2] * size)
        else:
            merged.append((size, before, after))
    return merged


def _params(loops: list[tuple[int, int, int]]) -> dict[str, int | float]:
    """Return the dimensions of the int8 kernel."""
    params: dict[str, int | float] = {}
    for i, (size, before, after) in enumerate([(1, 0, 0)] * (_LOOPS - len(loops)) + loops):
        params |= {f"size_{i}": size, f"before_{i}": before, f"after_{i}": after}
    return params


OPERATOR = Definition("PAD", lower, FORMS)

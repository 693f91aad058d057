"""PAD with the zero point or one constant value, int8."""

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, optional_tensor_of, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import check_inputs, check_int8, check_shape, check_type, constant_of

_LOOPS = 4  # dimensions of the kernel
_MAX_RANK = 5  # TFLM's


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower PAD.

    Raises:
        ModelError: types, shapes or paddings are not what the kernel computes.
    """
    check_inputs(graph, operator, (2, 3))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_int8(graph, operator, source, "input")
    check_int8(graph, operator, output, "output")
    if len(source.shape) > _MAX_RANK:
        raise refuse(
            graph, operator, f"its input has {len(source.shape)} dimensions; at most {_MAX_RANK} are allowed"
        )
    paddings = _paddings(graph, operator, source, tensor_of(graph, operator, 1))
    padded = tuple(n + before + after for n, (before, after) in zip(source.shape, paddings, strict=True))
    check_shape(graph, operator, output, "output", padded)
    value = _value(graph, operator, optional_tensor_of(graph, operator, 2), output)
    params = {**_loops(graph, operator, source, paddings), "value": value}
    return Lowered((KernelCall("pad_s8", params, (pointer(source, "input"), output.index)),))


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


def _value(graph: Graph, operator: Operator, tensor: Tensor | None, output: Tensor) -> int:
    if tensor is None:
        return output.quantized.zero_point
    check_int8(graph, operator, tensor, "padding value")
    given, expected = tensor.quantized, output.quantized
    if tensor.elements != 1 or (given.scale, given.zero_point) != (expected.scale, expected.zero_point):
        raise refuse(graph, operator, "its padding value is not one element, quantized as the output")
    return int(constant_of(graph, operator, tensor, "padding value").reshape(-1)[0])


def _loops(
    graph: Graph, operator: Operator, source: Tensor, paddings: list[tuple[int, int]]
) -> dict[str, int | float]:
    """Return the kernel's dimensions: one without padding becomes part of the one before it."""
    merged: list[tuple[int, int, int]] = []  # (size, before, after), the outermost first
    for size, (before, after) in zip(source.shape, paddings, strict=True):
        if merged and before == after == 0:
            merged[-1] = (merged[-1][0] * size, merged[-1][1] * size, merged[-1][2] * size)
        else:
            merged.append((size, before, after))
    if len(merged) > _LOOPS:
        raise refuse(graph, operator, f"it pads {len(merged)} dimensions; at most {_LOOPS} are supported")
    params: dict[str, int | float] = {}
    for i, (size, before, after) in enumerate([(1, 0, 0)] * (_LOOPS - len(merged)) + merged):
        params |= {f"size_{i}": size, f"before_{i}": before, f"after_{i}": after}
    return params


OPERATOR = Definition("PAD", lower, (Form("int8", ("pad_s8",)),))

"""QUANTIZE from float32 to int8 and int16, and between integers of different scales."""

from tinyml import fixedpoint
from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops import lookup, move
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, tensor_of
from tinyml.ops.quantized import (
    check_computed,
    check_inputs,
    check_integer,
    check_quantized,
    check_shape,
    limits,
    multiplier_of,
)
from tinyml.schema import TENSOR_TYPES

# What each type can become, and by which kernel.
_KERNELS = {
    ("float32", "int8"): "quantize_f32_s8",
    ("float32", "int16"): "quantize_f32_s16",
    ("int8", "int8"): "lookup_s8",
    ("uint8", "int8"): "lookup_s8",
    ("int16", "int8"): "quantize_integer",
    ("int32", "int8"): "quantize_integer",
    ("int8", "uint8"): "lookup_s8",
    ("int8", "int16"): "quantize_integer",
    ("int16", "int16"): "quantize_integer",
    ("int32", "int16"): "quantize_integer",
    ("int8", "int32"): "quantize_integer",
    ("int16", "int32"): "quantize_integer",
}


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower QUANTIZE.

    Raises:
        ModelError: types, shapes or quantization are not what the kernels compute.
    """
    check_inputs(graph, operator, (1,))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_computed(graph, operator, source, "input", *dict.fromkeys(type_ for type_, _ in _KERNELS))
    check_integer(graph, operator, output, "output", *(to for type_, to in _KERNELS if type_ == source.type))
    check_shape(graph, operator, output, "output", source.shape)
    kernel = _KERNELS[source.type, output.type]
    after = output.quantized
    if source.type == "float32":
        params = {"size": source.elements, "zero_point": after.zero_point, "scale": after.scale}
        call = KernelCall(kernel, params, (pointer(source, "input"), output.index))
        return Lowered((call,), in_place=() if source.is_constant else (source.index,))
    check_quantized(graph, operator, source, "input")
    factor = multiplier_of(graph, operator, source.quantized.scale / after.scale)
    return (_table if kernel == "lookup_s8" else _integer)(source, output, factor)


def _table(source: Tensor, output: Tensor, factor: tuple[int, int]) -> Lowered:
    low, high = limits(output)

    def function(x: int) -> int:
        scaled = fixedpoint.requantize(x - source.quantized.zero_point, *factor)
        return fixedpoint.clamp(fixedpoint.wrap(scaled + output.quantized.zero_point), low, high)

    return lookup.call(source, output, function)


def _integer(source: Tensor, output: Tensor, factor: tuple[int, int]) -> Lowered:
    low, high = limits(output)
    params = {
        "size": source.elements,
        "input_type": TENSOR_TYPES.index(source.type),
        "output_type": TENSOR_TYPES.index(output.type),
        "input_offset": -source.quantized.zero_point,
        "multiplier": factor[0],
        "shift": factor[1],
        "output_offset": output.quantized.zero_point,
        "output_min": low,
        "output_max": high,
    }
    call = KernelCall("quantize_integer", params, (move.pointer(source, "input"), output.index))
    in_place = () if source.is_constant or output.nbytes > source.nbytes else (source.index,)
    return Lowered((call,), in_place=in_place)


OPERATOR = Definition(
    "QUANTIZE",
    lower,
    tuple(Form(f"{type_}->{to}", (kernel,)) for (type_, to), kernel in _KERNELS.items()),
    wide=True,
)

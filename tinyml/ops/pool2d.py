"""What AVERAGE_POOL_2D and MAX_POOL_2D share."""

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import (
    activation_range,
    check_inputs,
    check_integer,
    check_rank,
    check_shape,
    options_of,
)
from tinyml.ops.window import slide

# How far input and output scale may lie apart (TFLM's limit): pooling does not rescale.
_SCALE_TOLERANCE = 1e-6
_MAX_AREAS = {"int8": 1 << 23, "int16": 1 << 15}  # pixels whose sum fits 32 bits


def forms(kernel: str) -> tuple[Form, ...]:
    """Return the forms of a pool, whose kernels are called `kernel` and their type's size."""
    return tuple(Form(f"int{bits}", (f"{kernel}_s{bits}",)) for bits in (8, 16))


def lower_to(kernel: str, graph: Graph, operator: Operator) -> Lowered:
    """Lower a pool to `kernel`, "average_pool2d" or "max_pool2d", of its type.

    Raises:
        ModelError: types, shapes, options or quantization are not what the kernel computes.
    """
    check_inputs(graph, operator, (1,))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_integer(graph, operator, source, "input", *_MAX_AREAS)
    check_integer(graph, operator, output, "output", source.type)
    check_rank(graph, operator, source, "input", 4)
    before, after = source.quantized, output.quantized
    if abs(before.scale - after.scale) > _SCALE_TOLERANCE or before.zero_point != after.zero_point:
        raise refuse(
            graph,
            operator,
            f"its input has scale {before.scale:.6g} and zero point {before.zero_point}, its output "
            f"{after.scale:.6g} and {after.zero_point}; they must be the same",
        )
    options = options_of(graph, operator)
    batches, height, width, channels = source.shape
    window = slide(
        graph,
        operator,
        options.int8(0),
        image=(height, width),
        taps=(options.int32(4), options.int32(3)),
        strides=(options.int32(2), options.int32(1)),
    )
    check_shape(graph, operator, output, "output", window.output_shape(batches, channels))
    low, high = activation_range(graph, operator, options.int8(5), output)
    area = min(window.height.taps, height) * min(window.width.taps, width)
    if area > (most := _MAX_AREAS[source.type]):
        raise refuse(graph, operator, f"its window covers {area} pixels; at most {most} are allowed")
    params = {
        "batches": batches,
        **window.params(),
        "channels": channels,
        "activation_min": low,
        "activation_max": high,
    }
    # Without padding in front, no window begins before the output element's own place.
    in_place = (source.index,) if window.height.pad == window.width.pad == 0 and not source.is_constant else ()
    kernel += source.type.replace("int", "_s")
    return Lowered((KernelCall(kernel, params, (pointer(source, "input"), output.index)),), in_place=in_place)

"""What RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR share: images and the size that they get."""

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.lowering import output_of, refuse, tensor_of
from tinyml.ops.quantized import check_inputs, check_integer, check_rank, check_shape, check_type, constant_of

# No layer that fits a microcontroller asks for more; the limit keeps positions inside 32 bits in the kernels, and
# exact in a 32-bit float.
_MAX_SIZE = 1 << 15


def images_of(graph: Graph, operator: Operator, *types: str) -> tuple[Tensor, Tensor]:
    """Return the input, of one of `types`, and the output, whose height and width a constant prescribes.

    TFLM writes as many pixels as the constant says, whatever the output's shape is, and interpolates int8 values
    as they are, whatever their quantization is.

    Raises:
        ModelError: types, shapes or the size are not what the kernels compute.
    """
    check_inputs(graph, operator, (2,))
    source, size, output = tensor_of(graph, operator, 0), tensor_of(graph, operator, 1), output_of(graph, operator)
    check_integer(graph, operator, source, "input", *types)
    check_integer(graph, operator, output, "output", source.type)
    check_rank(graph, operator, source, "input", 4)
    check_type(graph, operator, size, "size", "int32")
    check_shape(graph, operator, size, "size", (2,))
    height, width = constant_of(graph, operator, size, "size").tolist()
    batches, *image, channels = source.shape
    check_shape(graph, operator, output, "output", (batches, height, width, channels))
    if (largest := max(height, width, *image)) > _MAX_SIZE:
        raise refuse(graph, operator, f"its images are {largest} pixels long; at most {_MAX_SIZE} are allowed")
    return source, output


def params_of(source: Tensor, output: Tensor) -> dict[str, int | float]:
    """Return the fields that the kernels' structs share."""
    return {
        "batches": source.shape[0],
        "input_height": source.shape[1],
        "input_width": source.shape[2],
        "output_height": output.shape[1],
        "output_width": output.shape[2],
        "channels": source.shape[3],
    }

"""L2_NORMALIZATION over the last dimension, int8: each row is divided by its length.

TFLM takes the output's scale for 1/128 and its zero point for 0 and does not look at them; with any other the
results would be wrong, so such a model is refused.
"""

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import check_inputs, check_int8, check_shape

_MAX_RANK = 4  # TFLM's
_MAX_DEPTH = 33_025  # elements whose squares' sum fits 31 bits


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower L2_NORMALIZATION.

    Raises:
        ModelError: types, shapes, options or quantization are not what TFLM computes.
    """
    check_inputs(graph, operator, (1,))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_int8(graph, operator, source, "input")
    check_int8(graph, operator, output, "output")
    check_shape(graph, operator, output, "output", source.shape)
    if not 1 <= len(source.shape) <= _MAX_RANK or (depth := source.shape[-1]) > _MAX_DEPTH:
        raise refuse(
            graph,
            operator,
            f"its input has the shape {list(source.shape)}; 1 to {_MAX_RANK} dimensions are allowed, the last of "
            f"at most {_MAX_DEPTH} elements",
        )
    if code := operator.option(lambda options: options.int8(0)):
        raise refuse(graph, operator, f"its fused activation has the code {code}; 0 (NONE) is allowed")
    if output.quantized.scale != 1 / 128 or output.quantized.zero_point != 0:
        raise refuse(
            graph,
            operator,
            f"its output has scale {output.quantized.scale:.6g} and zero point {output.quantized.zero_point}, "
            "not 1/128 and 0",
        )
    params = {
        "rows": source.elements // depth,
        "depth": depth,
        "input_offset": -source.quantized.zero_point,
    }
    # A row's length is known before the row's first output is written.
    in_place = () if source.is_constant else (source.index,)
    call = KernelCall("l2_normalization_s8", params, (pointer(source, "input"), output.index))
    return Lowered((call,), in_place=in_place)


OPERATOR = Definition("L2_NORMALIZATION", lower, (Form("int8", ("l2_normalization_s8",)),))

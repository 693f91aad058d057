"""CUMSUM along a constant axis, int8.

TFLM begins each sum with minus the input's zero point instead of 0, so that its results are wrong for an input
whose zero point is not 0; such a model is refused. Sums are kept in steps of 2^-19 of the input's scale, and wrap
at 32 bits as in TFLM's compiled code, which takes more than 32 elements.
"""

import math

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, output_of, pointer, refuse, tensor_of
from tinyml.ops.quantized import axis_of, check_inputs, check_int8, check_shape, multiplier_of

_SHIFT = 19  # bits of a sum below the input's scale


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower CUMSUM.

    Raises:
        ModelError: types, shapes, the axis or quantization are not what TFLM computes.
    """
    check_inputs(graph, operator, (2,))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_int8(graph, operator, source, "input")
    check_int8(graph, operator, output, "output")
    check_shape(graph, operator, output, "output", source.shape)
    axis = axis_of(graph, operator, source, tensor_of(graph, operator, 1))
    if source.quantized.zero_point != 0:
        raise refuse(
            graph,
            operator,
            f"its input has the zero point {source.quantized.zero_point}, with which TFLM's sums are wrong; "
            "0 is supported",
        )
    ratio = source.quantized.scale / output.quantized.scale
    multiplier, shift = multiplier_of(graph, operator, ratio / (1 << _SHIFT))
    if ratio >= 1 << _SHIFT or shift > 0:
        raise refuse(
            graph,
            operator,
            f"its scales ask for a factor of {ratio:.6g} between input and output; below 2^{_SHIFT} is allowed",
        )
    params = {
        "outer": math.prod(source.shape[:axis]),
        "size": source.shape[axis],
        "inner": math.prod(source.shape[axis + 1 :]),
        "exclusive": operator.option(lambda options: int(options.flag(0))),
        "reverse": operator.option(lambda options: int(options.flag(1))),
        "multiplier": multiplier,
        "shift": shift,
        "output_offset": output.quantized.zero_point,
    }
    in_place = () if source.is_constant else (source.index,)
    call = KernelCall("cumsum_s8", params, (pointer(source, "input"), output.index))
    return Lowered((call,), in_place=in_place)


OPERATOR = Definition("CUMSUM", lower, (Form("int8", ("cumsum_s8",)),))

"""LOG_SOFTMAX over the last dimension, int8."""

import numpy as np

from tinyml import fixedpoint
from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Constant, KernelCall, Lowered, pointer, refuse
from tinyml.ops.softmax import differences, exponentials, rows_of, scaling

_MAX_DEPTH = 4095  # classes whose sum of exponentials fits TFLM's 12 integer bits


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower LOG_SOFTMAX.

    Raises:
        ModelError: types, shapes or quantization are not what the kernel computes.
    """
    source, output, depth = rows_of(graph, operator, _MAX_DEPTH, 16, fixedpoint.INT8_MAX)
    try:
        multiplier, shift = scaling(source.quantized.scale, 1.0)
    except ValueError as error:
        raise refuse(graph, operator, f"{error}; more than 2^-26 is needed") from error
    scaled = differences(multiplier, shift)
    inverse_multiplier, inverse_shift = fixedpoint.quantize_multiplier((1 << (31 - shift)) / multiplier)
    params = {
        "rows": source.elements // depth,
        "depth": depth,
        "size": len(scaled),
        "inverse_multiplier": inverse_multiplier,
        "inverse_shift": inverse_shift,
    }
    pointers = (
        pointer(source, "input"),
        Constant("differences", np.array(scaled, np.int32), lookup=True),
        Constant("exponentials", np.array(exponentials(scaled), np.int32), lookup=True),
        output.index,
    )
    # A row's maximum and sum are known before the row's first output is written.
    in_place = () if source.is_constant else (source.index,)
    return Lowered((KernelCall("log_softmax_s8", params, pointers),), in_place=in_place)


OPERATOR = Definition("LOG_SOFTMAX", lower, (Form("int8", ("log_softmax_s8",)),))

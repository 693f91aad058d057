"""What EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS and LESS_EQUAL share.

int8 values are compared after each input was multiplied by its own scale, in fixed point; values that are closer
than its steps are equal. Others are compared as they are.

TFLM takes int16 in GREATER as well, but scales it by numbers that it never sets; it is refused.
"""

from tinyml import fixedpoint
from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops import broadcast
from tinyml.ops.definition import Form
from tinyml.ops.lowering import Lowered, refuse

# Comparisons of the kernels: TM_... of tm_compare.h.
EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL = range(6)

_KERNELS = {"int8": "compare_s8", "bool": "compare_u8", "int32": "compare_s32", "int64": "compare_s64"}
EQUALITY_FORMS = tuple(Form(types, (kernel,)) for types, kernel in _KERNELS.items())
ORDER_FORMS = tuple(form for form in EQUALITY_FORMS if form.types != "bool")


def _rescaling(graph: Graph, operator: Operator, tensor: Tensor, number: int) -> dict[str, int]:
    scale = tensor.quantized.scale
    # TFLM stops the program where a scale is not below 1.
    if not scale < 1 or (pair := fixedpoint.quantize_multiplier(scale))[1] > 0:
        raise refuse(graph, operator, f"its input {number - 1} has the scale {scale:.6g}; below 1 is allowed")
    return {
        f"input{number}_offset": -tensor.quantized.zero_point,
        f"input{number}_multiplier": pair[0],
        f"input{number}_shift": pair[1],
    }


def lower(graph: Graph, operator: Operator, comparison: int) -> Lowered:
    """Lower the operator that computes `comparison`.

    Raises:
        ModelError: types, shapes or quantization are not what the kernels compute.
    """
    forms = EQUALITY_FORMS if comparison in (EQUAL, NOT_EQUAL) else ORDER_FORMS
    pair = broadcast.read(graph, operator, tuple(form.types for form in forms), "bool")
    params = {"comparison": comparison}
    if pair.first.type == "int8":
        broadcast.check_inputs_quantized(graph, operator, pair)
        params |= _rescaling(graph, operator, pair.first, 1) | _rescaling(graph, operator, pair.second, 2)
    return pair.call(_KERNELS[pair.first.type], **params)

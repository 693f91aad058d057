"""SVDF: a filter over time, with int8 inputs and outputs and a state of int8 or int16.

What TFLM does not compute rightly is refused: it leaves the fused activation out (a RELU is right where the
output's zero point makes the int8 range begin at 0), and it crashes without a bias. A state of int16 begins with
0, whatever its zero point, so that this must be 0.

A new value of an int8 state is clamped before the state's zero point is added, and what does not fit in 8 bits
then wraps; the kernel does the same.
"""

from tinyml import fixedpoint
from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Constant, KernelCall, Lowered, output_of, pointer, refuse, tensor_of, variable_of
from tinyml.ops.quantized import (
    check_inputs,
    check_int8,
    check_quantized,
    check_rank,
    check_shape,
    check_type,
    constant_of,
    multiplier_of,
    options_of,
)

_NONE, _RELU = 0, 1  # fused activations
_BIAS_TOLERANCE = 1e-5  # how far its scale may be from state scale × scale of the weights over time (TFLM's limit)
_MOST_SUM_SCALE = 64  # no sum's scale is that large; the interpreter compares 32-bit floats, which are exact below


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SVDF.

    Raises:
        ModelError: types, shapes, options or quantization are not what TFLM computes rightly.
    """
    check_inputs(graph, operator, (5,))
    source, features, times, bias = (tensor_of(graph, operator, i) for i in range(4))
    state, output = variable_of(graph, operator, 4, "state"), output_of(graph, operator)
    check_int8(graph, operator, source, "input")
    check_int8(graph, operator, output, "output")
    check_type(graph, operator, state, "state", "int8", "int16")
    check_type(graph, operator, features, "weights of the features", "int8")
    check_type(graph, operator, times, "weights over time", state.type)
    check_type(graph, operator, bias, "bias", "int32")
    for tensor, role in ((features, "weights of the features"), (times, "weights over time"), (state, "state")):
        _check_scale(graph, operator, tensor, role)
    rank = options_of(graph, operator).int32(0)
    units, memory = _check_shapes(graph, operator, rank)
    _check_activation(graph, operator, output)
    _check_bias(graph, operator, bias, state, times)
    to_state = _factor(graph, operator, source, features, state)
    to_output = _factor(graph, operator, state, times, output)
    params = {
        "batches": source.shape[0],
        "inputs": source.shape[1],
        "units": units,
        "rank": rank,
        "memory": memory,
        "input_offset": -source.quantized.zero_point,
        "state_offset": state.quantized.zero_point,
        "output_offset": output.quantized.zero_point,
        "state_multiplier": to_state[0],
        "state_shift": to_state[1],
        "output_multiplier": to_output[0],
        "output_shift": to_output[1],
    }
    pointers = (
        pointer(source, "input"),
        Constant("features", constant_of(graph, operator, features, "weights of the features")),
        Constant("times", constant_of(graph, operator, times, "weights over time")),
        Constant("bias", constant_of(graph, operator, bias, "bias")),
        state.index,
        output.index,
    )
    kernel = "svdf_s8" if state.type == "int8" else "svdf_s16"
    macs = source.shape[0] * features.shape[0] * (source.shape[1] + memory)
    return Lowered((KernelCall(kernel, params, pointers),), macs, state=(state.index,))


def _check_scale(graph: Graph, operator: Operator, tensor: Tensor, role: str) -> None:
    """Check that `tensor` is quantized as a whole, and symmetrically where it is not the int8 state."""
    check_quantized(graph, operator, tensor, role)
    point = tensor.quantized.zero_point
    if point != 0 and (role != "state" or tensor.type == "int16"):
        raise refuse(graph, operator, f"its {role} has the zero point {point}; TFLM computes rightly only with 0")


def _check_shapes(graph: Graph, operator: Operator, rank: int) -> tuple[int, int]:
    """Return the units and the length of the memory."""
    source, features, times, bias, state = (tensor_of(graph, operator, i) for i in range(5))
    check_rank(graph, operator, source, "input", 2)
    check_rank(graph, operator, features, "weights of the features", 2)
    check_rank(graph, operator, times, "weights over time", 2)
    batches, inputs = source.shape
    filters, memory = features.shape[0], times.shape[1]
    if rank < 1 or filters % rank:
        raise refuse(graph, operator, f"its rank is {rank}, with {filters} filters")
    check_shape(graph, operator, features, "weights of the features", (filters, inputs))
    check_shape(graph, operator, times, "weights over time", (filters, memory))
    check_shape(graph, operator, bias, "bias", (filters // rank,))
    check_shape(graph, operator, state, "state", (batches, filters * memory))
    check_shape(graph, operator, output_of(graph, operator), "output", (batches, filters // rank))
    return filters // rank, memory


def _check_activation(graph: Graph, operator: Operator, output: Tensor) -> None:
    code = options_of(graph, operator).int8(1)
    if code != _NONE and not (code == _RELU and output.quantized.zero_point == fixedpoint.INT8_MIN):
        raise refuse(
            graph,
            operator,
            f"its fused activation has the code {code}, which TFLM leaves out; supported: NONE, and RELU with an "
            f"output that begins at 0 (its zero point is {output.quantized.zero_point}, not -128)",
        )


def _check_bias(graph: Graph, operator: Operator, bias: Tensor, state: Tensor, times: Tensor) -> None:
    expected = state.quantized.scale * times.quantized.scale
    found = bias.quantization.scale if bias.quantization else 0.0
    if not (expected < _MOST_SUM_SCALE and abs(found - expected) < _BIAS_TOLERANCE):
        raise refuse(graph, operator, f"its bias has the scale {found:.6g}, not state × time scale {expected:.6g}")


def _factor(graph: Graph, operator: Operator, a: Tensor, b: Tensor, c: Tensor) -> tuple[int, int]:
    """Return the multiplier and shift of scale a × scale b / scale c.

    They are computed with 64-bit floats, as TFLM's released interpreter does; its source has 32-bit ones.
    """
    return multiplier_of(graph, operator, a.quantized.scale * b.quantized.scale / c.quantized.scale)


OPERATOR = Definition("SVDF", lower, (Form("int8", ("svdf_s8",)), Form("8x16", ("svdf_s16",))))

"""What the interpreter needs besides the flatbuffer, known before anything is compiled.

Arrays that follow from the model (multipliers, shifts, folded biases, tables of functions) are prepared here, for
the flatbuffer's metadata; the interpreter computes those that it does not find there. The bytes that it keeps in
the arena behind the tensors are for 32-bit processors and follow firmware/interpreter: tables of layers and ports,
and the parameters and pointers of each kernel call. A test holds them against what the interpreter takes.
"""

import numpy as np

from tinyml.graph import INT4, Graph
from tinyml.ops import Constant, KernelCall
from tinyml.ops.weighted import fold_offset
from tinyml.plan import Layer, Plan

_WORD = 4
_PORT_BYTES = 2 * _WORD
_OPERATOR_BYTES = 4 * _WORD  # two words each in the tables of layers and of their outputs
_STATE_BYTES = 4 * _WORD  # of what a reset needs to know of a variable
_CALL_BYTES = 2 * _WORD  # more than parameters and pointers: what calls of some operators hold besides

# Arrays that the flatbuffer does not hold, in the order in which the interpreter asks for them; it computes tables
# of functions that have other names.
_PREPARED = ("weights", "multipliers", "shifts", "bias", "exps", "table")
_SMALL = ("shape", "value")  # small arrays that it makes itself
_DENSE = "fully_connected_s8"
_BIAS_AT = {
    "transpose_conv_s8": 3,
    "transpose_conv_s16": 3,
}  # its place among the operator's inputs, where it is not 2


def _aligned(size: int) -> int:
    return -(-size // _WORD) * _WORD


def _constants(call: KernelCall) -> dict[str, Constant]:
    return {pointer.name: pointer for pointer in call.pointers if isinstance(pointer, Constant)}


def _folded_bias(call: KernelCall) -> Constant:
    """Return a dense layer's bias with its input's whole offset worked in; lowering may have left that out."""
    constants, params = _constants(call), call.params
    weights = constants["weights"].values.astype(np.int16) + np.int16(params["weights_offset"])
    bias = constants["bias"].values.astype(np.int32)
    offset = int(params["input_offset"])
    return Constant("bias", fold_offset(bias, weights.reshape(int(params["outputs"]), -1), offset))


def _has_packed_weights(graph: Graph, layer: Layer) -> bool:
    """Return whether the flatbuffer holds the layer's weights as int4, which the interpreter unpacks."""
    return any(t != -1 and graph.tensors[t].type == INT4 for t in layer.operator.inputs)


def _prepared_for(graph: Graph, layer: Layer, call: KernelCall) -> list[Constant]:
    constants = _constants(call)
    if not _has_packed_weights(graph, layer):
        constants.pop("weights", None)
    if call.kernel == _DENSE:
        constants["bias"] = _folded_bias(call)
    else:
        constants.pop("bias", None)  # read from the flatbuffer as it is
    return [constants[name] for name in _PREPARED if name in constants]


def prepared(plan: Plan) -> bytes:
    """Return the arrays that the interpreter would compute, in its order, each from a multiple of 4 bytes on."""
    calls = ((layer, call) for layer in plan.layers for call in layer.lowered.calls)
    arrays = (constant.values for layer, call in calls for constant in _prepared_for(plan.graph, layer, call))
    parts = (np.ascontiguousarray(values).tobytes() for values in arrays)
    return b"".join(part.ljust(_aligned(len(part)), b"\0") for part in parts)


def flatbuffer_bytes(plan: Plan) -> int:
    """Return the size of the model's file with memory plan and arrays; tables around them are left out."""
    return len(plan.graph.data) + _WORD * len(plan.graph.tensors) + len(prepared(plan))


def _call_bytes(layer: Layer, call: KernelCall) -> int:
    size = _CALL_BYTES + _WORD * (len(call.params) + len(call.pointers))
    inputs, bias_at = layer.operator.inputs, _BIAS_AT.get(call.kernel, 2)
    bias = _constants(call).get("bias")
    if bias is not None and call.kernel != _DENSE and (len(inputs) <= bias_at or inputs[bias_at] == -1):
        size += bias.values.nbytes  # zeros stand for it
    kept = [c for c in _constants(call).values() if c.lookup and c.name not in _PREPARED]
    kept += [constant for name, constant in _constants(call).items() if name in _SMALL]
    return size + sum(_aligned(constant.values.nbytes) for constant in kept)


def persistent_bytes(plan: Plan) -> int:
    """Return the bytes that the interpreter takes from the arena's end to run `plan`; at most a few too many."""
    ports = len(plan.graph.inputs) + len(plan.graph.outputs)
    calls = sum(_call_bytes(layer, call) for layer in plan.layers for call in layer.lowered.calls)
    state = sum(len(layer.lowered.state) for layer in plan.layers)
    return _PORT_BYTES * ports + _OPERATOR_BYTES * len(plan.graph.operators) + _STATE_BYTES * state + calls


def arena_bytes(plan: Plan, engine: str) -> int:
    """Return the size of the arena with an engine, "compiled" or "interpreter"."""
    return _aligned(plan.memory.arena_bytes) + (persistent_bytes(plan) if engine == "interpreter" else 0)

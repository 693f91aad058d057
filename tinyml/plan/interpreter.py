"""What the interpreter keeps in the arena behind the tensors, known before anything is compiled.

The figures are for 32-bit processors and follow firmware/interpreter: tables of layers and ports, the parameters
and pointers of each kernel call, and the arrays that are computed when the model is loaded. A test holds them
against what the interpreter takes.
"""

from tinyml.ops import Constant, KernelCall
from tinyml.plan import Layer, Plan

_WORD = 4
_PORT_BYTES = 2 * _WORD
_OPERATOR_BYTES = 4 * _WORD  # two words each in the tables of layers and of their outputs
_CALL_BYTES = 2 * _WORD  # more than parameters and pointers: what calls of some operators hold besides

# Arrays that are computed on the device; all others are read from the flatbuffer.
_COMPUTED = ("multipliers", "shifts", "exps", "table")
_DENSE = "fully_connected_s8"


def _aligned(size: int) -> int:
    return -(-size // _WORD) * _WORD


def _bias_bytes(layer: Layer, call: KernelCall, bias: Constant) -> int:
    inputs = layer.operator.inputs
    absent = len(inputs) < 3 or inputs[2] == -1  # zeros stand for it
    return (int(absent) + int(call.kernel == _DENSE)) * bias.values.nbytes  # a dense layer folds its offset in


def _call_bytes(layer: Layer, call: KernelCall) -> int:
    size = _CALL_BYTES + _WORD * (len(call.params) + len(call.pointers))
    for constant in call.pointers:
        if isinstance(constant, Constant) and constant.name in _COMPUTED:
            size += _aligned(constant.values.nbytes)
        elif isinstance(constant, Constant) and constant.name == "bias":
            size += _bias_bytes(layer, call, constant)
    return size


def persistent_bytes(plan: Plan) -> int:
    """Return the bytes that the interpreter takes from the arena's end to run `plan`; at most a few too many."""
    ports = len(plan.graph.inputs) + len(plan.graph.outputs)
    calls = sum(_call_bytes(layer, call) for layer in plan.layers for call in layer.lowered.calls)
    return _PORT_BYTES * ports + _OPERATOR_BYTES * len(plan.graph.operators) + calls


def arena_bytes(plan: Plan, engine: str) -> int:
    """Return the size of the arena with an engine, "compiled" or "interpreter"."""
    return _aligned(plan.memory.arena_bytes) + (persistent_bytes(plan) if engine == "interpreter" else 0)

"""A `.tflite` that is int8 already: taken as it is, byte for byte."""

from pathlib import Path

from tinyml import graph
from tinyml.errors import ModelError
from tinyml.graph import Graph, Operator
from tinyml.importers import check_regular

_BOUNDARY = ("QUANTIZE", "DEQUANTIZE")


def _has_type(model: Graph, operator: Operator, kind: str) -> bool:
    return any(model.tensors[at].type == kind for at in operator.inputs + operator.outputs if at != -1)


def float_operators(model: Graph) -> list[Operator]:
    """Return the operators of `model` that compute with float32, which QUANTIZE and DEQUANTIZE do not count as."""
    return [op for op in model.operators if op.name not in _BOUNDARY and _has_type(model, op, "float32")]


def check_int8(model: Graph, source: str) -> None:
    """Check that `model` computes in int8; only QUANTIZE and DEQUANTIZE may touch float32.

    Args:
        model: the model.
        source: what the model is called in the error.

    Raises:
        ModelError: the model is float32, or hybrid (int8 weights and float32 activations).
    """
    floating = float_operators(model)
    if floating:
        computing = [op for op in model.operators if op.name not in _BOUNDARY]
        int8 = any(_has_type(model, operator, "int8") for operator in computing)
        kind = "hybrid (int8 weights and float32 activations)" if int8 else "float32"
        raise ModelError(
            f"{source} is {kind}, from operator {model.label(floating[0])} on; a fully int8 model is needed",
            "Give the Keras model and --data so that tinyml can quantize it.",
        )


def load(path: Path) -> bytes:
    """Return the bytes of the int8 model at `path`.

    Raises:
        ModelError: the file is malformed or a pipe, or the model is not fully int8.
    """
    if path.exists():
        check_regular(path)
    data = path.read_bytes()
    check_int8(graph.read(data), path.name)
    return data

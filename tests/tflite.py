"""Builds small `.tflite` models for tests, with the schema's Python classes from the tflite-micro package."""

from collections.abc import Mapping, Sequence
from typing import Any

import flatbuffers
import numpy as np
import pytest

from tinyml.schema import OPERATOR_NAMES, TENSOR_TYPES

# Options whose class is not called after the operator.
_SHARED_OPTIONS = {
    "AVERAGE_POOL_2D": "Pool2D",
    "L2_NORMALIZATION": "L2Norm",
    "L2_POOL_2D": "Pool2D",
    "MAXIMUM": "MaximumMinimum",
    "MAX_POOL_2D": "Pool2D",
    "MEAN": "Reducer",
    "MINIMUM": "MaximumMinimum",
    "REDUCE_ALL": "Reducer",
    "REDUCE_MAX": "Reducer",
    "REDUCE_MIN": "Reducer",
    "SUM": "Reducer",
}


def _options_name(kinds: Any, operator: str) -> str:
    """Return the name of the class of an operator's options."""
    wanted = f"{_SHARED_OPTIONS.get(operator, operator.replace('_', ''))}options".lower()
    (found,) = (kind for kind in vars(kinds) if kind.lower() == wanted)
    return found


def schema() -> Any:
    """Return the module of the schema's classes; the test is skipped where it is not installed."""
    return pytest.importorskip(
        "tflite_micro.tensorflow.lite.micro.python.schema_py_generated", reason="tflite-micro is not installed"
    )


def _packed(values: np.ndarray) -> np.ndarray:
    """Return int4 values two a byte, the first in the low half."""
    flat = np.append(values.reshape(-1), np.zeros(values.size % 2, np.int8)).astype(np.uint8) & 15
    return flat[::2] | flat[1::2] << 4


class Builder:
    """A model with one subgraph, made tensor by tensor and operator by operator."""

    def __init__(self) -> None:
        self._schema = schema()
        self._model = self._schema.ModelT()
        self._model.version = 3
        self._model.operatorCodes = []
        self._model.buffers = [self._schema.BufferT()]
        self._subgraph = self._schema.SubGraphT()
        self._subgraph.tensors = []
        self._subgraph.operators = []
        self._model.subgraphs = [self._subgraph]

    def tensor(
        self,
        shape: Sequence[int],
        type: str = "int8",
        scale: float | Sequence[float] | None = None,
        zero_point: int | Sequence[int] = 0,
        axis: int = 0,
        data: np.ndarray | None = None,
        variable: bool = False,
    ) -> int:
        """Add a tensor and return its index; several scales are one for each index along `axis`.

        int4 values, given as int8, are packed.
        """
        tensor = self._schema.TensorT()
        index = len(self._subgraph.tensors)
        tensor.name = f"t{index}"
        tensor.shape = list(shape)
        tensor.type = TENSOR_TYPES.index(type)
        tensor.buffer = 0
        tensor.isVariable = variable
        if scale is not None:
            quantization = self._schema.QuantizationParametersT()
            scales = np.atleast_1d(np.asarray(scale, np.float32))
            quantization.scale = scales
            quantization.zeroPoint = np.broadcast_to(np.asarray(zero_point, np.int64), scales.shape)
            quantization.quantizedDimension = axis
            tensor.quantization = quantization
        if data is not None:
            buffer = self._schema.BufferT()
            packed = _packed(data) if type == "int4" else np.ascontiguousarray(data)
            buffer.data = np.frombuffer(packed.tobytes(), np.uint8)
            tensor.buffer = len(self._model.buffers)
            self._model.buffers.append(buffer)
        self._subgraph.tensors.append(tensor)
        return index

    def operator(
        self, name: str, inputs: Sequence[int], outputs: Sequence[int], options: Mapping[str, Any] | None = None
    ) -> None:
        """Add an operator, "CUSTOM NAME" a custom one.

        `options` are by the names of the schema's class; None leaves them out.
        """
        code = self._schema.OperatorCodeT()
        builtin, _, custom = name.partition(" ")
        number = OPERATOR_NAMES.index(builtin)
        code.customCode = custom or None
        code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), 1
        operator = self._schema.OperatorT()
        operator.opcodeIndex = len(self._model.operatorCodes)
        self._model.operatorCodes.append(code)
        operator.inputs, operator.outputs = list(inputs), list(outputs)
        if options is not None:
            kind = _options_name(self._schema.BuiltinOptions, name)
            operator.builtinOptionsType = getattr(self._schema.BuiltinOptions, kind)
            operator.builtinOptions = getattr(self._schema, f"{kind}T")()
            for key, value in options.items():
                assert hasattr(operator.builtinOptions, key), key
                setattr(operator.builtinOptions, key, value)
        self._subgraph.operators.append(operator)

    def build(self, inputs: Sequence[int], outputs: Sequence[int]) -> bytes:
        """Return the model's file."""
        self._subgraph.inputs, self._subgraph.outputs = list(inputs), list(outputs)
        builder = flatbuffers.Builder(1024)
        builder.Finish(self._model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

"""TFLM's interpreter, for comparison in tests."""

from collections.abc import Sequence

import numpy as np
import pytest


def run(model: bytes, inputs: Sequence[np.ndarray], tensors: Sequence[int] = ()) -> list[np.ndarray]:
    """Run a model once; return its outputs' values, or those of `tensors` where any are named.

    Raises:
        RuntimeError: TFLM refuses the model.
    """
    runtime = pytest.importorskip(
        "tflite_micro.python.tflite_micro.runtime", reason="tflite-micro is not installed"
    )
    config = (
        runtime.InterpreterConfig.kPreserveAllTensors
        if tensors
        else runtime.InterpreterConfig.kAllocationRecording
    )
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=1 << 20, intrepreter_config=config)
    for i, values in enumerate(inputs):
        interpreter.set_input(values, i)
    interpreter.invoke()
    if tensors:
        return [np.array(interpreter.GetTensor(t, 0)["tensor_data"]) for t in tensors]
    return [np.array(interpreter.get_output(0))]

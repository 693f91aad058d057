"""Full-int8 quantization by TensorFlow's converter, and the int8 model's outputs on this machine."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from tinyml import graph, samples
from tinyml.errors import ModelError
from tinyml.importers import tflite
from tinyml.importers.floatmodel import FloatModel, loops
from tinyml.samples import Samples

# How often a model is converted while the converter's choice goes wrong, as it does in one run of eight.
_ATTEMPTS = 8


def _reason(error: Exception) -> str:
    """Return the first line of the converter's reason, without the source locations that it puts in front."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    refused = [m[1] for line in lines if (m := re.search(r"('[\w.]+' op .*)", line))]
    return (refused or lines or [type(error).__name__])[0]


def _check_no_loops(model: FloatModel, source: str) -> None:
    """Refuse loops, on which TensorFlow's converter ends its process instead of raising an error."""
    found = loops(model.function)
    if found:
        raise ModelError(
            f"{source} has loops, in {', '.join(found)}; loops cannot be converted yet",
            "Use layers without a loop, such as Conv1D. A recurrent layer built with unroll=True has ordinary "
            "operators in place of the loop, of which those that are not supported are named next.",
        )


def _chose_badly(data: bytes) -> bool:
    """Return whether the converter might have quantized what it left in float32.

    Of a model with SPLIT, TensorFlow 2.21 quantizes now all and now all but one SPLIT, given the same bytes: the
    order in which it settles the common scale of several outputs is not fixed.
    """
    floating = tflite.float_operators(graph.read(data))
    return bool(floating) and all(len(operator.outputs) > 1 for operator in floating)


def _check_converted(data: bytes, source: str) -> None:
    """Check that the converter left no part of the model in float32."""
    model = graph.read(data)
    if not model.operators:
        raise ModelError(
            f"{source} has no layer that computes anything when it is not in training",
            "Give a model with layers such as Dense or Conv2D.",
        )
    floating = tflite.float_operators(model)
    if floating:
        names = "; ".join(model.label(operator) for operator in floating)
        raise ModelError(
            f"{source} has operators that TensorFlow cannot quantize to int8 and left in float32: {names}",
            "Replace the layers that make them, such as ELU by ReLU or LayerNormalization by BatchNormalization.",
        )


def quantize(model: FloatModel, calibration: Samples, source: str) -> bytes:
    """Return `model` as a `.tflite` with int8 inputs, outputs, activations and per-channel weights.

    Args:
        model: the float model.
        calibration: samples, float32, shape [n, *shape] for each input; the value ranges of all tensors are taken
            from the float model's run over them.
        source: what the model is called in errors.

    Raises:
        ModelError: the model has loops, the converter refuses it, or it leaves a part of it in float32.
    """
    import tensorflow as tf

    _check_no_loops(model, source)

    def representative() -> Iterator[list[npt.NDArray[np.generic]]]:
        for i in range(len(calibration)):
            yield [array[i : i + 1] for array in calibration.inputs]

    # Without a trackable object the converter freezes this function itself, which keeps the order of inputs and
    # outputs; given one it goes through a SavedModel, whose signature has no order.
    converter: Any = tf.lite.TFLiteConverter.from_concrete_functions([model.function])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = representative
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    try:
        for _ in range(_ATTEMPTS):
            data = bytes(converter.convert())
            if not _chose_badly(data):
                break
    except Exception as error:
        raise ModelError(
            f"TensorFlow cannot convert {source} to int8: {_reason(error)}",
            "Replace the layer that makes this operation by ones that TensorFlow Lite has.",
        ) from error
    _check_converted(data, source)
    return data


def run(data: bytes, given: Samples) -> tuple[npt.NDArray[np.float32], ...]:
    """Return the outputs of the int8 model `data` for all samples, dequantized, shape [n, *shape] each."""
    import tensorflow as tf

    model = graph.read(data)
    quantized = samples.quantize(given, model)
    plain = tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = tf.lite.Interpreter(model_content=data, experimental_op_resolver_type=plain)
    interpreter.allocate_tensors()
    rows = []
    for i in range(len(given)):
        interpreter.reset_all_variables()
        for at, array in zip(model.inputs, quantized.inputs, strict=True):
            interpreter.set_tensor(at, array[i : i + 1])
        interpreter.invoke()
        rows.append([interpreter.get_tensor(at) for at in model.outputs])
    outputs = []
    for at, column in zip(model.outputs, zip(*rows, strict=True), strict=True):
        form = model.tensors[at].quantized
        real = (np.concatenate(column).astype(np.float32) - form.zero_point) * form.scale
        outputs.append(real.astype(np.float32))
    return tuple(outputs)

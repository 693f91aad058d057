"""A TensorFlow SavedModel, as `model.export` and `tf.saved_model.save` write it."""

import re
from pathlib import Path
from typing import Any

from tinyml.errors import ModelError
from tinyml.importers.floatmodel import FloatModel, first_line, input_tensor, pin

_SIGNATURE = "serving_default"


def _natural(name: str) -> list[str | int]:
    """Return a sort key that puts output_2 before output_10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def load(path: Path) -> FloatModel:
    """Load the SavedModel in the folder `path`: its signature "serving_default", or the only one it has.

    A signature names its inputs and outputs and has no order: they are taken in the order of their names.

    Raises:
        ModelError: TensorFlow cannot load it, it has no such signature, or an input is not usable.
    """
    import tensorflow as tf

    try:
        loaded = tf.saved_model.load(str(path))
    except Exception as error:
        raise ModelError(f"TensorFlow cannot load {path.name}: {first_line(error)}", "Export it again.") from error
    signatures = dict(loaded.signatures)
    if _SIGNATURE not in signatures and len(signatures) != 1:
        raise ModelError(
            f"{path.name} has the signatures {', '.join(sorted(signatures)) or '(none)'}, not {_SIGNATURE}",
            "Export a Keras model with model.export(folder).",
        )
    signature = signatures.get(_SIGNATURE) or next(iter(signatures.values()))
    specs = sorted(signature.structured_input_signature[1].items(), key=lambda item: _natural(item[0]))
    inputs = []
    for index, (name, spec) in enumerate(specs):
        shape = None if spec.shape.rank is None else spec.shape.as_list()
        inputs.append(input_tensor(index, name, shape, spec.dtype.name))

    def call(tensors: list[Any]) -> list[Any]:
        outputs = signature(**{t.name: value for t, value in zip(inputs, tensors, strict=True)})
        return [outputs[name] for name in sorted(outputs, key=_natural)]

    return pin(call, inputs, loaded)

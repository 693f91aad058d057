"""A float model as TensorFlow computes it, with its batch pinned to 1.

The batch is pinned before conversion: with an open batch, shapes that depend on it (Flatten, Reshape) become
operators that compute them at run time (SHAPE, STRIDED_SLICE, PACK).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tinyml.errors import ModelError
from tinyml.graph import Tensor
from tinyml.samples import Samples

_LOOPS = ("While", "StatelessWhile")


@dataclass(frozen=True, eq=False)
class FloatModel:
    """A float model for one sample at a time.

    Attributes:
        inputs: the inputs in order, float32, shape [1, *shape].
        function: the TensorFlow concrete function; takes and returns a tensor for each input and output.
        owner: the TensorFlow object that keeps the weights alive.
    """

    inputs: tuple[Tensor, ...]
    function: Any
    owner: Any

    def run(self, samples: Samples) -> tuple[npt.NDArray[np.float32], ...]:
        """Return each output for all samples, shape [n, *shape], float32."""
        import tensorflow as tf

        rows = []
        for i in range(len(samples)):
            inputs = [tf.constant(array[i : i + 1]) for array in samples.inputs]
            rows.append([np.asarray(output, np.float32) for output in self.function(*inputs)])
        return tuple(np.concatenate(column) for column in zip(*rows, strict=True))


def input_tensor(index: int, name: str, shape: Sequence[int | None] | None, dtype: str) -> Tensor:
    """Return the description of an input whose batch is pinned to 1.

    Args:
        index: the input's place, from 0.
        name: the input's name.
        shape: with the batch dimension, None where a dimension is open; None where not even the rank is known.
        dtype: the type's name, such as "float32".

    Raises:
        ModelError: the type is not float32, or a dimension other than the batch is open, or the batch is fixed
            at another size than 1.
    """
    label = f"input {name!r} of shape {None if shape is None else list(shape)}"
    if shape is None or None in shape[1:] or not shape:
        raise ModelError(
            f"{label} has open dimensions; only the first, the batch, may be open",
            "Build the model with the input shape that the board will see, and save it again.",
        )
    if shape[0] not in (None, 1):
        raise ModelError(f"{label} has a fixed batch of {shape[0]}; 1 or an open batch (None) is allowed")
    if dtype != "float32":
        raise ModelError(
            f"{label} is {dtype}; float32 inputs can be quantized to int8",
            "Move the conversion to float32 out of the model, into the preparation of the samples.",
        )
    return Tensor(index, name, (1, *(int(n) for n in shape[1:] if n is not None)), "float32", None, None)


def pin(call: Callable[[list[Any]], list[Any]], inputs: Sequence[Tensor], owner: Any) -> FloatModel:
    """Trace `call`, from a list of input tensors to a list of output tensors, for the shapes of `inputs`.

    Raises:
        ModelError: `call` fails for these shapes.
    """
    import tensorflow as tf

    specs = [tf.TensorSpec(t.shape, tf.float32, name=t.name) for t in inputs]
    function = tf.function(lambda *tensors: call(list(tensors)), input_signature=specs, autograph=False)
    try:
        return FloatModel(tuple(inputs), function.get_concrete_function(), owner)
    except Exception as error:
        raise ModelError(f"the model cannot be run with a batch of 1: {first_line(error)}") from error


def loops(function: Any) -> list[str]:
    """Return where the graph of the concrete function `function` has loops, such as "bidirectional/forward_gru".

    A loop is told by the layer that makes it: the names of its scopes, without the model's own.
    """
    graph = function.graph.as_graph_def()
    nodes = [*graph.node, *(node for part in graph.library.function for node in part.node_def)]
    return sorted({_layer(node.name) for node in nodes if node.op in _LOOPS})


def _layer(node: str) -> str:
    *scopes, name = node.split("/")
    # Keras enters a layer's scope twice, to build and to call it, and TensorFlow adds a number to the second.
    layers = [re.sub(r"_\d+$", "", scope) for scope in scopes]
    return "/".join(layers[1:] or layers or [name])


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, which is what a user is told of a foreign library's reason."""
    lines = str(error).strip().splitlines()
    return lines[0].strip() if lines else type(error).__name__

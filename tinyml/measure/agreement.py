"""Whether two sets of outputs are the same, byte for byte or in the class that they name."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tinyml.measure.interpreter import Array
from tinyml.quantize import Converted
from tinyml.samples import Samples


def agreeing(expected: Sequence[Array], outputs: Sequence[Array]) -> tuple[bool, ...]:
    """Return for each sample whether all its output bytes are the expected ones.

    Args:
        expected: for each output of the model, an array of shape [n, *shape].
        outputs: the same.
    """
    pairs = list(zip(expected, outputs, strict=True))
    return tuple(all(e[n].tobytes() == o[n].tobytes() for e, o in pairs) for n in range(len(expected[0])))


def _top1(values: Array) -> npt.NDArray[np.intp]:
    best: npt.NDArray[np.intp] = values.reshape(len(values), -1).argmax(axis=1)
    return best


def float_agreement(
    converted: Converted | None, outputs: Sequence[Array], indices: npt.NDArray[np.intp]
) -> dict[str, Any] | None:
    """Return how often the `outputs` and the float model name the same class; None where it is not known.

    Args:
        converted: the float model's answers.
        outputs: for each output of the model, an array of shape [n, *shape].
        indices: which of the float model's samples the n are.
    """
    if converted is None or converted.float_outputs is None or converted.accuracy is None:
        return None
    if converted.accuracy.agreement is None:  # not a classifier
        return None
    same = _top1(converted.float_outputs[0][indices]) == _top1(outputs[0])
    return {"top1_agree": int(same.sum())}


def label_agreement(chosen: Samples | None, outputs: Sequence[Array]) -> dict[str, Any] | None:
    """Return how often the `outputs` name the sample's label; None where there are no labels."""
    if chosen is None or chosen.labels is None or len(outputs) != 1:
        return None
    return {"top1_correct": int((_top1(outputs[0]) == chosen.labels).sum())}

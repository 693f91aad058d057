"""How often a device names the class that the float model or a sample's label names."""

from typing import Any

import numpy as np
import numpy.typing as npt

from tinyml.measure.interpreter import Array
from tinyml.measure.measurements import Measurements
from tinyml.quantize import Converted
from tinyml.samples import Samples


def _top1(values: Array) -> npt.NDArray[np.intp]:
    best: npt.NDArray[np.intp] = values.reshape(len(values), -1).argmax(axis=1)
    return best


def float_agreement(
    converted: Converted | None, measured: Measurements, indices: npt.NDArray[np.intp]
) -> dict[str, Any] | None:
    """Return how often device and float model name the same class; None where it is not known."""
    if converted is None or converted.float_outputs is None or converted.accuracy is None:
        return None
    if converted.accuracy.agreement is None:  # not a classifier
        return None
    same = _top1(converted.float_outputs[0][indices]) == _top1(measured.outputs[0])
    return {"top1_agree": int(same.sum())}


def label_agreement(chosen: Samples | None, measured: Measurements) -> dict[str, Any] | None:
    """Return how often the device names the sample's label; None where there are no labels."""
    if chosen is None or chosen.labels is None or len(measured.outputs) != 1:
        return None
    return {"top1_correct": int((_top1(measured.outputs[0]) == chosen.labels).sum())}

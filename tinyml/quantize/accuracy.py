"""What quantization costs: the int8 model's outputs beside the float model's, on the same samples."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Outputs = tuple[npt.NDArray[np.float32], ...]


@dataclass(frozen=True)
class Accuracy:
    """The int8 model compared with the float model.

    Attributes:
        samples: how many samples were compared.
        mean_error, max_error: the mean and largest absolute difference of the dequantized outputs from the float
            outputs, over all outputs, in the outputs' unit.
        agreement: for a classifier, the share of samples (0 to 1) for which both models name the same class;
            None for other models.
        float_top1, int8_top1: for a classifier and samples with labels, the share of samples for which each model
            names the label's class; else None.
    """

    samples: int
    mean_error: float
    max_error: float
    agreement: float | None
    float_top1: float | None
    int8_top1: float | None


def is_classifier(outputs: Outputs) -> bool:
    """Whether `outputs` are class probabilities: one output, shape [n, classes], whose rows sum to 1."""
    if len(outputs) != 1 or outputs[0].ndim != 2 or outputs[0].shape[1] < 2:
        return False
    rows = outputs[0]
    return bool((rows >= 0).all() and np.allclose(rows.sum(axis=1), 1, atol=1e-3))


def compare(float_outputs: Outputs, int8_outputs: Outputs, labels: npt.NDArray[np.int64] | None) -> Accuracy:
    """Compare the outputs of both models for the same samples.

    Args:
        float_outputs: of the float model, one array an output, shape [n, *shape].
        int8_outputs: of the int8 model, dequantized, of the same shapes.
        labels: the class of each sample, shape [n], or None.
    """
    differences = [np.abs(a - b).ravel() for a, b in zip(float_outputs, int8_outputs, strict=True)]
    difference = np.concatenate(differences)
    agreement = float_top1 = int8_top1 = None
    if is_classifier(float_outputs):
        named, int8_named = float_outputs[0].argmax(axis=1), int8_outputs[0].argmax(axis=1)
        agreement = float(np.mean(named == int8_named))
        if labels is not None:
            float_top1, int8_top1 = float(np.mean(named == labels)), float(np.mean(int8_named == labels))
    count = len(float_outputs[0])
    return Accuracy(count, float(difference.mean()), float(difference.max()), agreement, float_top1, int8_top1)

"""MEAN over constant axes, int8 and int16."""

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered
from tinyml.ops.quantized import multiplier_of
from tinyml.ops.reduce import SUM_FORMS, rescaled_sum, summed


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower MEAN.

    Raises:
        ModelError: types, shapes, axes or quantization are not what the kernel computes.
    """
    parts = summed(graph, operator, "mean")
    ratio = parts.source.quantized.scale / parts.output.quantized.scale
    multiplier, shift = multiplier_of(graph, operator, ratio)
    # TFLM works the division by the count into the multiplier, with as many bits as the count has.
    bits = min(parts.count.bit_length() - 1, 31 + shift)
    return rescaled_sum(parts, (multiplier << bits) // parts.count, shift - bits)


OPERATOR = Definition("MEAN", lower, SUM_FORMS, wide=True)

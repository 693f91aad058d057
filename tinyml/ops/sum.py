"""SUM over constant axes, int8 and int16."""

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Lowered
from tinyml.ops.quantized import multiplier_of
from tinyml.ops.reduce import SUM_FORMS, rescaled_sum, summed


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SUM.

    Raises:
        ModelError: types, shapes, axes or quantization are not what the kernel computes.
    """
    parts = summed(graph, operator, "sum")
    ratio = parts.source.quantized.scale / parts.output.quantized.scale
    return rescaled_sum(parts, *multiplier_of(graph, operator, ratio))


OPERATOR = Definition("SUM", lower, SUM_FORMS, wide=True)

"""SUM over constant axes, int8."""

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered
from tinyml.ops.quantized import multiplier_of
from tinyml.ops.reduce import check_count, reduction, rescaled_sum


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower SUM.

    Raises:
        ModelError: types, shapes, axes or quantization are not what the kernel computes.
    """
    parts = reduction(graph, operator)
    check_count(parts, "sum")
    ratio = parts.source.quantized.scale / parts.output.quantized.scale
    return rescaled_sum(parts, *multiplier_of(graph, operator, ratio))


OPERATOR = Definition("SUM", lower, (Form("int8", ("mean_s8",)),))

"""DIV on int8, also with broadcasting.

TFLM shifts the fixed-point quotient right by more than 31 bits, which C leaves undefined and which gives wrong
results, where the divisor is large for the output's scale. A model in which that can happen is refused: a constant
divisor is looked at, any other may be all that int8 can hold. A constant divisor of 0 is refused too; where it is
computed, the kernel takes the next number in its place.
"""

import numpy as np

from tinyml.graph import Graph, Operator
from tinyml.ops import broadcast
from tinyml.ops.broadcast import Pair
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Lowered, refuse
from tinyml.ops.quantized import activation_range, limits, multiplier_of

_LEAST_HEADROOM = 23  # sign bits of a number's distance from the zero point, but one


def _largest_divisor(graph: Graph, operator: Operator, pair: Pair) -> int:
    """Return the largest distance from 0 that a divisor may have."""
    values = pair.second.values if pair.second.is_constant else np.array(limits(pair.second))
    distances = np.abs(values.astype(np.int64) - pair.second.quantized.zero_point)
    if pair.second.is_constant and not distances.all():
        raise refuse(graph, operator, "its constant divisor is 0 somewhere")
    return int(distances.max())


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower DIV.

    Raises:
        ModelError: types, shapes or quantization are not what the kernel computes.
    """
    pair = broadcast.read(graph, operator, ("int8",))
    broadcast.check_all_quantized(graph, operator, pair)
    first, second, output = pair.first.quantized, pair.second.quantized, pair.output.quantized
    low, high = activation_range(graph, operator, operator.option(lambda options: options.int8(0)), pair.output)
    real = first.scale / (second.scale * output.scale)
    multiplier, shift = multiplier_of(graph, operator, real)
    largest = _largest_divisor(graph, operator, pair)
    bits = largest.bit_length() - 1
    if not bits <= shift <= _LEAST_HEADROOM:
        raise refuse(
            graph,
            operator,
            f"its divisors are up to {largest} steps, and input 0's scale by those of input 1 and the output is "
            f"{real:.6g}; TFLM divides rightly from {2.0 ** (bits - 1):g} to {1 << _LEAST_HEADROOM}",
            "Let the output have a smaller scale.",
        )
    return pair.call(
        "div_s8",
        input1_offset=-first.zero_point,
        input2_offset=-second.zero_point,
        output_offset=output.zero_point,
        output_multiplier=multiplier,
        output_shift=shift,
        activation_min=low,
        activation_max=high,
    )


OPERATOR = Definition("DIV", lower, (Form("int8", ("div_s8",)),))

"""The operators: one file an operator, each with `lower(graph, operator) -> Lowered`.

`REGISTRY` is the one list of what is supported; `check(graph)` names all that is not, before anything is built.
"""

from collections.abc import Callable

from tinyml.errors import ModelError
from tinyml.graph import Graph, Operator
from tinyml.ops import (
    add,
    average_pool2d,
    concatenation,
    conv2d,
    depthwise_conv2d,
    dequantize,
    fully_connected,
    logistic,
    max_pool2d,
    mean,
    mul,
    pad,
    quantize,
    relu,
    relu6,
    reshape,
    softmax,
)
from tinyml.ops.lowering import Constant, KernelCall, Lowered

__all__ = ["REGISTRY", "Constant", "KernelCall", "Lowered", "lower"]

REGISTRY: dict[str, Callable[[Graph, Operator], Lowered]] = {
    "ADD": add.lower,
    "AVERAGE_POOL_2D": average_pool2d.lower,
    "CONCATENATION": concatenation.lower,
    "CONV_2D": conv2d.lower,
    "DEPTHWISE_CONV_2D": depthwise_conv2d.lower,
    "DEQUANTIZE": dequantize.lower,
    "FULLY_CONNECTED": fully_connected.lower,
    "LOGISTIC": logistic.lower,
    "MAX_POOL_2D": max_pool2d.lower,
    "MEAN": mean.lower,
    "MUL": mul.lower,
    "PAD": pad.lower,
    "QUANTIZE": quantize.lower,
    "RELU": relu.lower,
    "RELU6": relu6.lower,
    "RESHAPE": reshape.lower,
    "SOFTMAX": softmax.lower,
}


def lower(graph: Graph) -> tuple[Lowered, ...]:
    """Lower every operator of `graph`, in order.

    Raises:
        ModelError: operators are not supported (all of them are named at once), or one of them is used in a
            form that is not.
    """
    missing = [graph.label(op) for op in graph.operators if op.name not in REGISTRY]
    if missing:
        what = "operator is" if len(missing) == 1 else "operators are"
        hint = "Supported: " + ", ".join(sorted(REGISTRY)) + "."
        if any(op.name == "SHAPE" for op in graph.operators):
            hint = (
                "SHAPE, STRIDED_SLICE and PACK compute a batch size that was left open: give tinyml the Keras "
                "model with --data, or convert with a batch of 1. " + hint
            )
        raise ModelError(f"{len(missing)} {what} not supported: " + "; ".join(missing), hint)
    return tuple(REGISTRY[op.name](graph, op) for op in graph.operators)

"""RESHAPE: the same bytes under another shape."""

import numpy as np

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Constant, KernelCall, Lowered, output_of, refuse, tensor_of
from tinyml.ops.quantized import check_inputs, check_type


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower RESHAPE: no call, the output is the input's bytes. The shape comes from the output tensor, as in TFLM.

    Raises:
        ModelError: types or numbers of elements differ.
    """
    check_inputs(graph, operator, (1, 2))
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    check_type(graph, operator, output, "output", source.type)
    if source.elements != output.elements:
        raise refuse(
            graph,
            operator,
            f"its input of shape {list(source.shape)} has {source.elements} elements, its output of shape "
            f"{list(output.shape)} has {output.elements}",
        )
    if source.data is not None:  # a constant has no place in the arena that the output could share
        values = Constant("input", np.frombuffer(source.data, np.int8))
        params = {"rows": 1, "row_size": source.nbytes, "output_step": source.nbytes, "output_start": 0}
        return Lowered((KernelCall("copy_s8", params, (values, output.index)),))
    return Lowered((), alias=source.index)


OPERATOR = Definition("RESHAPE", lower, (Form("any", ("copy_s8",)),))

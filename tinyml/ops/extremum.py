"""What MAXIMUM and MINIMUM share: values as they are, whatever their quantization."""

from tinyml.graph import Graph, Operator
from tinyml.ops import broadcast
from tinyml.ops.definition import Form
from tinyml.ops.lowering import Lowered

KERNELS = {"int8": "extremum_s8", "int16": "extremum_s16", "int32": "extremum_s32", "int64": "extremum_s64"}
FORMS = tuple(Form(types, (kernel,)) for types, kernel in KERNELS.items())


def lower(graph: Graph, operator: Operator, *, maximum: bool) -> Lowered:
    """Lower MAXIMUM or MINIMUM.

    Raises:
        ModelError: types or shapes are not what the kernels compute.
    """
    pair = broadcast.read(graph, operator, tuple(KERNELS))
    return pair.call(KERNELS[pair.first.type], maximum=int(maximum))

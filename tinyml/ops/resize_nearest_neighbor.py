"""RESIZE_NEAREST_NEIGHBOR to a constant size, int8 and int16: pixels are moved as bytes."""

import numpy as np
import numpy.typing as npt

from tinyml import fixedpoint
from tinyml.graph import NUMPY_TYPES, Graph, Operator
from tinyml.ops import move
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import Constant, KernelCall, Lowered
from tinyml.ops.resize import images_of, params_of

_KERNEL = "resize_nearest_s8"
_TYPES = ("int8", "int16")


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower RESIZE_NEAREST_NEIGHBOR.

    Raises:
        ModelError: types, shapes or the size are not what the kernel computes.
    """
    source, output = images_of(graph, operator, *_TYPES)
    align_corners = bool(operator.option(lambda options: int(options.flag(0))))
    half_pixels = bool(operator.option(lambda options: int(options.flag(1))))
    rows, columns = (
        _nearest(source.shape[axis], output.shape[axis], align_corners, half_pixels) for axis in (1, 2)
    )
    params = params_of(source, output)
    params["channels"] *= NUMPY_TYPES[source.type].itemsize
    pointers = (
        move.pointer(source, "input"),
        Constant("rows", rows, lookup=True),
        Constant("columns", columns, lookup=True),
        output.index,
    )
    return Lowered((KernelCall(_KERNEL, params, pointers),))


def _nearest(size: int, output: int, align_corners: bool, half_pixels: bool) -> npt.NDArray[np.int16]:
    """Return the input position for each of `output` positions, computed with 32-bit floats as TFLM does."""
    ends = int(align_corners and output > 1)
    scale = np.float32(size - ends) / np.float32(output - ends)
    real = (np.arange(output, dtype=np.float32) + np.float32(0.5 if half_pixels else 0)) * scale
    whole = [fixedpoint.round_half_away(x) if align_corners else int(x) for x in real.tolist()]
    positions: npt.NDArray[np.int16] = np.minimum(whole, size - 1).astype(np.int16)
    return positions


OPERATOR = Definition("RESIZE_NEAREST_NEIGHBOR", lower, tuple(Form(type_, (_KERNEL,)) for type_ in _TYPES))

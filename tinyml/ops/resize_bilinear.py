"""RESIZE_BILINEAR to a constant size, int8.

TFLM goes through the input in steps of 1/1024 pixel. Where the rounded step takes it far behind the input's last
pixel, as in large enlargements, it reads behind the tensor; such a size is refused.
"""

from tinyml.graph import Graph, Operator
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import KernelCall, Lowered, pointer, refuse
from tinyml.ops.resize import images_of, params_of

_UNIT = 1 << 10  # steps in a pixel


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower RESIZE_BILINEAR.

    Raises:
        ModelError: types, shapes, the size or options are not what TFLM computes.
    """
    source, output = images_of(graph, operator, "int8")
    align_corners = bool(operator.option(lambda options: int(options.flag(2))))
    half_pixels = bool(operator.option(lambda options: int(options.flag(3))))
    if align_corners and half_pixels:
        raise refuse(graph, operator, "it has both align_corners and half_pixel_centers; one of them is allowed")
    params = params_of(source, output)
    for axis, name in ((1, "height"), (2, "width")):
        before, after = source.shape[axis], output.shape[axis]
        step, start = _walk(before, after, align_corners, half_pixels)
        if (after - 1) * step + start >= before * _UNIT:
            reason = f"its {name} of {before} becomes {after}, where TFLM reads behind the input"
            raise refuse(graph, operator, reason)
        params |= {f"step_{name}": step, f"start_{name}": start}
    return Lowered((KernelCall("resize_bilinear_s8", params, (pointer(source, "input"), output.index)),))


def _walk(size: int, output: int, align_corners: bool, half_pixels: bool) -> tuple[int, int]:
    """Return the distance of two output positions in the input, and the place of the first, in steps."""
    ends = int(align_corners and output > 1)
    step = (_UNIT * (size - ends) + (output - ends) // 2) // (output - ends)
    return step, step // 2 - _UNIT // 2 if half_pixels else 0


OPERATOR = Definition("RESIZE_BILINEAR", lower, (Form("int8", ("resize_bilinear_s8",)),))

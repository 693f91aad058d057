"""Columns of images: what a layer reads for some columns of its output, and its call for those alone."""

from dataclasses import dataclass, replace

from tinyml.graph import Graph
from tinyml.ops import Constant, KernelCall

_WINDOWED = ("average_pool2d_s8", "conv2d_s8", "depthwise_conv2d_s8", "max_pool2d_s8")
_PAIRS = ("add_s8", "sub_s8")


@dataclass(frozen=True)
class Columns:
    """How the columns of an output come from those of the inputs, which all have as many.

    Attributes:
        width: of the output.
        input_width: of the inputs.
        taps, stride, dilation, pad: of the window, in columns.
    """

    width: int
    input_width: int
    taps: int = 1
    stride: int = 1
    dilation: int = 1
    pad: int = 0

    def needed(self, part: range) -> range:
        """Return the input's columns that those of `part` are computed from."""
        first = part.start * self.stride - self.pad
        last = (part.stop - 1) * self.stride - self.pad + (self.taps - 1) * self.dilation
        begin = min(max(first, 0), self.input_width - 1)
        return range(begin, max(begin, min(last, self.input_width - 1)) + 1)


def columns_of(graph: Graph, call: KernelCall) -> Columns | None:
    """Return the columns of a layer with one image, or None where they cannot be computed by themselves."""
    end = call.pointers[-1]
    shape = () if isinstance(end, Constant) else graph.tensors[end].shape
    at = call.params
    if len(shape) != 4 or shape[0] != 1:
        return None
    if call.kernel in _WINDOWED:
        names = ("output_width", "input_width", "filter_width", "stride_width", "dilation_width", "pad_left")
        return Columns(*(int(at.get(name, 1)) for name in names))
    alone = Columns(shape[2], shape[2])
    if call.kernel == "fully_connected_s8":
        return alone if int(at["rows"]) == shape[1] * shape[2] else None
    if call.kernel == "lookup_s8":
        return alone
    pairs = all(at[f"size_{k}"] == 1 for k in range(3)) if call.kernel in _PAIRS else False
    arrays = any(isinstance(pointer, Constant) for pointer in call.pointers)
    whole = pairs and not arrays and at["input1_step_3"] == at["input2_step_3"] == 1
    return alone if whole else None


def call_for(graph: Graph, call: KernelCall, part: range) -> KernelCall:
    """Return the call for the columns `part` of the output alone, given only the input's columns for them."""
    columns, end = columns_of(graph, call), call.pointers[-1]
    assert columns is not None
    assert not isinstance(end, Constant)
    needed, shape = columns.needed(part), graph.tensors[end].shape
    if call.kernel in _WINDOWED:
        changed = {
            "output_width": len(part),
            "input_width": len(needed),
            "pad_left": needed.start - (part.start * columns.stride - columns.pad),
        }
    elif call.kernel == "fully_connected_s8":
        changed = {"rows": shape[1] * len(part)}
    else:
        size = "size" if call.kernel == "lookup_s8" else "size_3"
        changed = {size: shape[1] * len(part) * shape[3]}
    return replace(call, params={**call.params, **changed})

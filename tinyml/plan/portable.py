"""Portable kernels row by row: the call for one row of the output, of a kernel that was made for a whole tensor.

What a kernel is told of its tensors' sizes says as much of a single row: one row of output, and as input the rows
that it comes from. Rows of windows have to lie one after the other, as they do in a whole tensor; where only some
rows of a tensor are kept, they are copied next to each other first, which costs little beside the sums.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

from tinyml.graph import Graph, Tensor
from tinyml.ops import Constant, KernelCall
from tinyml.plan.rows import RowCall, RowKernel, Source

# They go through the rows of the output from top to bottom, and read no row above the first of a window again.
_WINDOWED = (
    "average_pool2d_s16",
    "average_pool2d_s8",
    "conv2d_s16",
    "conv2d_s8",
    "depthwise_conv2d_s16",
    "depthwise_conv2d_s8",
    "max_pool2d_s16",
    "max_pool2d_s8",
)
_BROADCAST = ("add_s8", "extremum_s8", "mul_s8", "squared_difference_s8", "sub_s8")
_LOOPS = 4  # of a kernel that broadcasts


def row_kernel(graph: Graph, call: KernelCall) -> RowKernel | None:
    """Return how a portable kernel's call is made row by row, or None where that is not known."""
    *inputs, end = call.pointers
    if isinstance(end, Constant) or not inputs or isinstance(inputs[0], Constant):
        return None
    source, output = graph.tensors[inputs[0]], graph.tensors[end]
    if len(output.shape) != 4 or output.shape[0] != 1:
        return None
    if call.kernel in _WINDOWED:
        return _windowed(call, source, output)
    if output.shape[1] == 1:
        return None
    if call.kernel == "fully_connected_s8":
        return _pixels(call, source, output)
    if call.kernel == "lookup_s8":
        return _lookup(call, source, output)
    return _broadcast(graph, call, output) if call.kernel in _BROADCAST else None


def reach(graph: Graph, call: KernelCall) -> RowKernel | None:
    """Return a kernel with the access order of a whole call, or None where only its `in_place` is known."""
    *inputs, end = call.pointers
    if isinstance(end, Constant) or isinstance(inputs[0], Constant):
        return None
    if call.kernel == "fully_connected_s8":  # a row is written when the one before it may still be read
        rows, depth, outputs = (int(call.params[name]) for name in ("rows", "depth", "outputs"))
        return RowKernel(None, 1, rows, outputs, (Source(inputs[0], rows, depth, pad=1),), end)
    return row_kernel(graph, call) if call.kernel in _WINDOWED else None


def _row(call: KernelCall, changed: Mapping[str, int], varying: Mapping[str, str]) -> RowCall:
    params = {name: value for name, value in call.params.items() if name not in varying}
    return RowCall(call.kernel, {**params, **changed}, varying, call.pointers)


def _windowed(call: KernelCall, source: Tensor, output: Tensor) -> RowKernel | None:
    at = {name: int(value) for name, value in call.params.items()}
    if at["batches"] != 1 or any(not isinstance(pointer, Constant) for pointer in call.pointers[1:-1]):
        return None
    taps, height = at["filter_height"], at["output_height"]
    in_pixel, out_pixel = (tensor.nbytes // (tensor.shape[1] * tensor.shape[2]) for tensor in (source, output))
    rows = Source(
        source.index,
        height=at["input_height"],
        row_bytes=at["input_width"] * in_pixel,
        taps=taps,
        stride=at["stride_height"],
        dilation=at.get("dilation_height", 1),
        pad=at["pad_top"],
    )
    changed = {"output_height": 1, "stride_height": 1} | (
        {"dilation_height": 1} if "dilation_height" in at else {}
    )
    varying = {"input_height": "window.height", "pad_top": "window.above"}
    if is_single := taps == 1 and rows.pad == 0 and (height - 1) * rows.stride < rows.height:
        changed, varying = changed | {"input_height": 1, "pad_top": 0}, {}
    made = RowKernel(
        None,
        1,
        height,
        at["output_width"] * out_pixel,
        (rows,),
        output.index,
        call=_row(call, changed, varying),
        window_bytes=0 if is_single else taps * rows.row_bytes,
    )
    return replace(made, summing=_summing(call, at, source, output)) if height == 1 and taps > 1 else made


def _summing(call: KernelCall, at: Mapping[str, int], source: Tensor, output: Tensor) -> RowKernel | None:
    """Return the sums, row by row, of an average over the whole image."""
    image = (at["input_height"], at["input_width"])
    if call.kernel != "average_pool2d_s8" or image != (at["filter_height"], at["filter_width"]):
        return None
    if at["pad_top"] or at["pad_left"] or output.shape[1:3] != (1, 1):
        return None
    rows, pixels = image
    params = {name: at[name] for name in ("channels", "activation_min", "activation_max")}
    params |= {"pixels": pixels, "count": rows * pixels}
    return RowKernel(
        None,
        1,
        1,
        output.nbytes,
        (Source(source.index, rows, source.nbytes // rows),),
        output.index,
        call=RowCall("average_rows_s8", params, {"last": f"y == {rows - 1}"}, (source.index, None, output.index)),
        repeats=rows,
        state_bytes=4 * at["channels"],
        scratch_bytes=4 * at["channels"],
    )


def _pixels(call: KernelCall, source: Tensor, output: Tensor) -> RowKernel | None:
    """Return rows of a convolution of single pixels."""
    height, pixels = output.shape[1], int(call.params["rows"])
    if pixels % height or len(source.shape) != 4 or source.shape[1] != height:
        return None
    width = pixels // height
    return RowKernel(
        None,
        1,
        height,
        width * output.shape[3],
        (Source(source.index, height, width * source.shape[3]),),
        output.index,
        call=_row(call, {"rows": width}, {}),
    )


def _lookup(call: KernelCall, source: Tensor, output: Tensor) -> RowKernel:
    height = output.shape[1]
    row_bytes = int(call.params["size"]) // height
    return RowKernel(
        None,
        1,
        height,
        row_bytes,
        (Source(source.index, height, row_bytes),),
        output.index,
        call=_row(call, {"size": row_bytes}, {}),
        in_place=(source.index,),
    )


def _broadcast(graph: Graph, call: KernelCall, output: Tensor) -> RowKernel | None:
    """Return rows of a kernel that broadcasts: one of its loops is divided by the image's rows."""
    at = {name: int(value) for name, value in call.params.items()}
    sizes = [at[f"size_{k}"] for k in range(_LOOPS)]
    height, elements = output.shape[1], math.prod(sizes)
    row = elements // height
    loop = next((k for k in range(_LOOPS) if sizes[k] > 1), 0)
    turns, inner = sizes[loop] // height, elements // sizes[loop]
    if sizes[loop] % height or turns * inner != row:
        return None
    sources = []
    for number, pointer in enumerate(call.pointers[:2], start=1):
        step = at[f"input{number}_step_{loop}"] * turns
        if isinstance(pointer, Constant):
            if step:
                return None
            continue
        tensor = graph.tensors[pointer]
        if step and (len(tensor.shape) != 4 or tensor.shape[1] != height):
            return None
        rows = (height, step, 1) if step else (1, tensor.nbytes, 0)
        sources.append(Source(pointer, rows[0], rows[1], stride=rows[2]))
    return RowKernel(
        None,
        1,
        height,
        row,
        tuple(sources),
        output.index,
        call=_row(call, {f"size_{loop}": turns}, {}),
        in_place=tuple(s.tensor for s in sources if s.stride == 1 and s.row_bytes == row),
    )

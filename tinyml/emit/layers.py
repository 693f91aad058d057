"""Which kernel calls have a kernel for the DSP extension, and with what constants."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tinyml.emit import depthwise, depthwise_words, elementwise, pooling
from tinyml.emit.depthwise_taps import Row
from tinyml.emit.epilogue import Channels, Epilogue, find_epilogue
from tinyml.emit.listing import Listing
from tinyml.emit.rows import Line, RowKernel, Writer, leaves, window_lines
from tinyml.ops.lowering import Constant, KernelCall

Params = dict[str, int]
Specialised = Callable[[KernelCall, Params], RowKernel | None]


def find(call: KernelCall, fast: bool = False) -> RowKernel | None:
    """Return the kernel for a call, or None where none is exact or fits.

    Args:
        call: the call.
        fast: whether constants may take more bytes where that spares instructions.
    """
    specialised = _KERNELS.get(call.kernel)
    if specialised is None:
        return None
    return specialised(call, {name: int(value) for name, value in call.params.items()})


def _array(call: KernelCall, pointer: int) -> npt.NDArray[np.int64]:
    constant = call.pointers[pointer]
    if not isinstance(constant, Constant):
        raise ValueError(f"pointer {pointer} of {call.kernel} is no constant")
    return constant.values.astype(np.int64)


def _depthwise(call: KernelCall, at: Params) -> RowKernel | None:
    if at["depth_multiplier"] != 1:
        return None
    channels = at["input_channels"]
    weights = _array(call, 1).reshape(at["filter_height"], at["filter_width"], channels)
    bias = _array(call, 2)
    farthest = max(abs(at["input_offset"] - 128), abs(at["input_offset"] + 127))
    epilogue = find_epilogue(
        Channels(
            largest=np.abs(bias) + farthest * np.abs(weights).sum((0, 1)),
            weight=np.abs(weights).max((0, 1)),
            multipliers=np.broadcast_to(_array(call, 3), (channels,)),
            exponents=np.broadcast_to(-_array(call, 4), (channels,)),
            zero_point=at["output_offset"],
            low=at["activation_min"],
            high=at["activation_max"],
        )
    )
    if epilogue is None:
        return None
    lines = window_lines(at, channels)
    row = Row(
        rows=at["filter_height"],
        taps=at["filter_width"],
        stride=at["stride_width"],
        dilation=at["dilation_width"],
        pad=at["pad_left"],
        width=at["input_width"],
        channels=channels,
        outputs=at["output_width"],
        zero_point=-at["input_offset"],
        padded_rows=leaves(lines, at["output_height"]),
    )
    candidates = [c for c in (_strips(row, weights, bias, epilogue), _words(row, weights, bias, epilogue)) if c]
    if not candidates:
        return None
    write, constants = min(candidates, key=lambda candidate: _cycles(candidate[0]))
    return RowKernel(
        write=write,
        lines=lines,
        output=5,
        output_rows=at["output_height"],
        output_row_bytes=at["output_width"] * channels,
        batches=at["batches"],
        constants=constants,
        scratch_bytes=row.padding_bytes,
    )


def _cycles(write: Writer) -> int:
    listing = Listing("trial")
    write(listing)
    return listing.cycles


Candidate = tuple[Writer, npt.NDArray[np.int32]]


def _strips(
    row: Row, weights: npt.NDArray[np.int64], bias: npt.NDArray[np.int64], epilogue: Epilogue
) -> Candidate | None:
    schedule = depthwise.find_schedule(row, epilogue)
    if schedule is None:
        return None
    constants = depthwise.constants(schedule, weights, bias, epilogue)
    return lambda listing: depthwise.emit(listing, schedule, epilogue), constants


def _words(
    row: Row, weights: npt.NDArray[np.int64], bias: npt.NDArray[np.int64], epilogue: Epilogue
) -> Candidate | None:
    words = depthwise_words.find_words(row)
    if words is None:
        return None
    constants = depthwise_words.constants(words, weights, bias, epilogue)
    return lambda listing: depthwise_words.emit(listing, words, epilogue), constants


def _sum(sign: int) -> Specialised:
    def specialised(call: KernelCall, at: Params) -> RowKernel | None:
        rows, elements = at["size_0"] * at["size_1"] * at["size_2"], at["size_3"]
        steps = [[at[f"input{i}_step_{k}"] for k in range(4)] for i in (1, 2)]
        if [step[3] for step in steps] != [1, 1] or (rows > 1 and elements % 4):
            return None
        strides = [_row_stride(at, step, elements) for step in steps]
        found = elementwise.find_sum(at, sign)
        if found is None or None in strides:
            return None
        return RowKernel(
            write=lambda listing: elementwise.emit(listing, elements, found),
            lines=tuple(Line(i, stride or 0, 0, rows, elements) for i, stride in enumerate(strides)),
            output=2,
            output_rows=rows,
            output_row_bytes=elements,
            batches=1,
            constants=elementwise.constants(found),
        )

    return specialised


def _row_stride(at: Params, steps: list[int], elements: int) -> int | None:
    """Return how many rows an input moves on for each row of the output, 0 or 1, or None where that changes."""
    loops = [k for k in range(3) if at[f"size_{k}"] > 1]
    if all(steps[k] == 0 for k in loops):
        return 0
    distance = elements
    for k in reversed(loops):
        if steps[k] != distance:
            return None
        distance *= at[f"size_{k}"]
    return 1


def _average_pool(call: KernelCall, at: Params) -> RowKernel | None:
    channels, pixels = at["channels"], at["filter_height"] * at["filter_width"]
    lines = window_lines(at, channels)
    beyond = (at["output_width"] - 1) * at["stride_width"] + at["filter_width"] > at["input_width"]
    padded = at["pad_top"] or at["pad_left"] or beyond or leaves(lines, at["output_height"])
    if padded or channels % 4 or pixels > pooling.MAX_PIXELS:
        return None
    low, high = at["activation_min"], at["activation_max"]
    mean = pooling.find_mean(pixels, pooling.pool_means(pixels), 1 / pixels, low, high)
    pool = pooling.Pool(at["filter_height"], at["filter_width"], at["stride_width"], at["output_width"], channels)
    if mean is None:
        return None
    return RowKernel(
        write=lambda listing: pooling.emit(listing, pool, mean),
        lines=lines,
        output=1,
        output_rows=at["output_height"],
        output_row_bytes=at["output_width"] * channels,
        batches=at["batches"],
        constants=pooling.constants(mean),
    )


def _mean(call: KernelCall, at: Params) -> RowKernel | None:
    """MEAN or SUM over neighbouring dimensions before the innermost one, such as height and width."""
    channels, pixels = at["kept_1"], at["reduced_0"] * at["reduced_1"]
    steps = (at["kept_step_1"], at["reduced_step_1"], at["reduced_step_0"] if at["reduced_0"] > 1 else 0)
    whole = (1, channels, channels * at["reduced_1"] if at["reduced_0"] > 1 else 0)
    images = at["kept_0"] == 1 or at["kept_step_0"] == channels * pixels
    if steps != whole or not images or channels % 4 or pixels > pooling.MAX_PIXELS:
        return None
    values = pooling.requantized_sums(
        pixels, at["input_offset"], at["multiplier"], at["shift"], at["output_offset"]
    )
    mean = pooling.find_mean(pixels, values, at["multiplier"] * 2.0 ** (at["shift"] - 31), -128, 127)
    if mean is None:
        return None
    pool = pooling.Pool(1, pixels, 1, 1, channels)
    return RowKernel(
        write=lambda listing: pooling.emit(listing, pool, mean),
        lines=(Line(0, 1, 0, at["kept_0"], channels * pixels),),
        output=1,
        output_rows=at["kept_0"],
        output_row_bytes=channels,
        batches=1,
        constants=pooling.constants(mean),
    )


_KERNELS: dict[str, Specialised] = {
    "add_s8": _sum(1),
    "average_pool2d_s8": _average_pool,
    "depthwise_conv2d_s8": _depthwise,
    "mean_s8": _mean,
    "sub_s8": _sum(-1),
}

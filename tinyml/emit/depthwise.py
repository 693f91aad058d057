"""DEPTHWISE_CONV_2D with a depth multiplier of 1, or of one channel, for the DSP extension.

Two families compute a row: strips of outputs of one channel (depthwise_strips.py), and four channels of one output
(depthwise_words.py) where windows or rows are narrow. The one with fewer cycles is taken. Multiples of one channel
are a convolution (conv2d.py).
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tinyml.emit import conv2d, depthwise_strips, depthwise_words
from tinyml.emit.depthwise_taps import Row
from tinyml.emit.epilogue import Epilogue, find_epilogue
from tinyml.emit.listing import Listing
from tinyml.emit.requantize import Rescale
from tinyml.emit.site import Site
from tinyml.ops import Constant
from tinyml.plan.rows import Function, RowKernel, Source

Integers = npt.NDArray[np.int64]


def emit(site: Site) -> RowKernel | None:
    """Return the kernel of a layer, or None where none is exact or fits."""
    source = site.source
    if not site.has_fixed_weights:
        return None
    if site.param("input_channels") == 1 and site.param("depth_multiplier") > 1:
        return conv2d.emit_single(site)
    if site.param("depth_multiplier") != 1 or source is None:
        return None
    channels = site.param("input_channels")
    weights = site.array("weights").reshape(site.param("filter_height"), site.param("filter_width"), channels)
    bias = site.array("bias")
    epilogue = _epilogue(site, weights, bias)
    if epilogue is None:
        return None
    row = _row(site)
    found = [*_strips(site, row, weights, bias, epilogue), *_words(row, weights, bias, epilogue)]
    if not found:
        return None
    _, function, constants, scratch_bytes = min(found, key=lambda candidate: candidate[0])
    return RowKernel(
        function=function,
        images=site.param("batches"),
        height=site.param("output_height"),
        row_bytes=row.outputs * channels,
        sources=(
            Source(
                source.index,
                height=site.param("input_height"),
                row_bytes=row.width * channels,
                taps=row.rows,
                stride=site.param("stride_height"),
                dilation=site.param("dilation_height"),
                pad=site.param("pad_top"),
            ),
        ),
        output=site.output.index,
        constants=Constant("constants", constants.reshape(-1)),
        scratch_bytes=scratch_bytes,
        form=f"Requantized by {epilogue.of.form.text}.",
    )


def _epilogue(site: Site, weights: Integers, bias: Integers) -> Epilogue | None:
    """Return how the sums become outputs; an input is -128 to 127, less its zero point."""
    channels, offset = weights.shape[2], site.param("input_offset")
    ends = np.stack([weights * (offset - 128), weights * (offset + 127)])
    rescale = Rescale(
        multipliers=np.broadcast_to(site.array("multipliers"), (channels,)),
        shifts=np.broadcast_to(site.array("shifts"), (channels,)),
        zero_point=site.param("output_offset"),
        low=site.param("activation_min"),
        high=site.param("activation_max"),
    )
    least, most = bias + ends.min(0).sum((0, 1)), bias + ends.max(0).sum((0, 1))
    return find_epilogue(rescale, least, most, np.abs(weights).max((0, 1)))


def _row(site: Site) -> Row:
    rows, height = site.param("filter_height"), site.param("input_height")
    last = (site.param("output_height") - 1) * site.param("stride_height") - site.param("pad_top")
    below = last + (rows - 1) * site.param("dilation_height") >= height
    return Row(
        rows=rows,
        taps=site.param("filter_width"),
        stride=site.param("stride_width"),
        dilation=site.param("dilation_width"),
        pad=site.param("pad_left"),
        width=site.param("input_width"),
        channels=site.param("input_channels"),
        outputs=site.param("output_width"),
        zero_point=-site.param("input_offset"),
        padded_rows=site.param("pad_top") > 0 or below,
    )


# Cycles of a row, the function, its constants and its scratch bytes.
Candidate = tuple[int, Function, npt.NDArray[np.int32], int]


def _strips(site: Site, row: Row, weights: Integers, bias: Integers, epilogue: Epilogue) -> Iterator[Candidate]:
    fast, short = site.optimize == "speed", site.optimize == "size"
    found = depthwise_strips.find_schedule(row, epilogue, edges=fast, compact=not fast, short=short)
    if found is None:
        return
    schedule, epilogue = found
    listing = Listing()
    depthwise_strips.write(listing, schedule, epilogue)
    outputs = schedule.groups[0][0].outputs
    function = listing.function(
        f"depthwise_{row.rows}x{row.taps}",
        f"{_text(row)}, {outputs} outputs of a channel at a time.",
        "r1: output at the channel, r2: its constants. From r0, r3 up: weights, two to a register; row pointers;",
        "inputs. From lr down: sums. For each strip of outputs and each channel, reads the window's rows in pairs",
        "from left to right, then the last odd one, and writes the strip.",
    )
    constants = depthwise_strips.constants(schedule, weights, bias, epilogue)
    yield listing.cycles, function, constants, schedule.scratch_bytes


def _words(row: Row, weights: Integers, bias: Integers, epilogue: Epilogue) -> Iterator[Candidate]:
    words = depthwise_words.find_words(row)
    if words is None:
        return
    listing = Listing()
    depthwise_words.write(listing, words, epilogue)
    function = listing.function(
        f"depthwise_{row.rows}x{row.taps}",
        f"{_text(row)}, four channels of an output at a time.",
        "r1: output at the channels, r2: their constants, r0, r3 to r5: inputs, r6 to r9: weights, two to a",
        "register, r10 to r12, lr: sums. Reads all taps of four channels, then writes their outputs.",
    )
    yield listing.cycles, function, depthwise_words.constants(words, weights, bias, epilogue), row.padding_bytes


def _text(row: Row) -> str:
    dilated = f", dilation {row.dilation}" if row.dilation > 1 else ""
    return (
        f"Depthwise convolution, window {row.rows}x{row.taps}, stride {row.stride}{dilated}: "
        f"{row.outputs} outputs from {row.width} inputs of {row.channels} channels"
    )

"""CONV_2D and FULLY_CONNECTED with int8 weights: rows of pixels, gathered (gather.py) and summed (block.py).

A row of the output is computed a block of pixels at a time, each block for all output channels. A dense layer is a
row of as many pixels as its batch has rows. Only a row of one pixel takes a block of one: two and three make any
number from two on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tinyml.emit import block, gather, requantize, weights
from tinyml.emit.assembly import Lines, named
from tinyml.emit.block import Block
from tinyml.emit.gather import Window
from tinyml.emit.requantize import Ints, Rescale
from tinyml.emit.site import Site
from tinyml.emit.weights import Channels, Depth
from tinyml.ops import Constant
from tinyml.plan.rows import Function, RowKernel, Source

_FRAME = 32  # bytes of the stack, laid out as gather.py says
_GROUP = 8


def emit_conv2d(site: Site) -> RowKernel | None:
    """Return the kernel of a CONV_2D that is not dense, or None where no form is exact."""
    if site.param("groups") != 1 or not site.has_fixed_weights:
        return None
    return _emit_image(site, site.array("weights"))


def _emit_image(site: Site, filters: Ints) -> RowKernel | None:
    """Return the kernel of a layer with `filters` [output channels, ...] over an image."""
    source = site.source
    if source is None:
        return None
    window = Window(
        height=site.param("filter_height"),
        width=site.param("filter_width"),
        channels=site.param("input_channels"),
        input_width=site.param("input_width"),
        output_width=site.param("output_width"),
        stride=site.param("stride_width"),
        dilation=site.param("dilation_width"),
        pad=site.param("pad_left"),
        pads_rows=_pads_rows(site),
        words=site.aligned,
    )
    rows = Source(
        source.index,
        height=site.param("input_height"),
        row_bytes=window.input_width * window.channels,
        taps=window.height,
        stride=site.param("stride_height"),
        dilation=site.param("dilation_height"),
        pad=site.param("pad_top"),
    )
    return _emit(site, window, rows, site.param("batches"), site.param("output_height"), filters)


def emit_single(site: Site) -> RowKernel | None:
    """Return the kernel of a DEPTHWISE_CONV_2D of one input channel, or None where no form is exact.

    It is a convolution to as many channels as there are multiples of that one.
    """
    filters = site.array("weights").reshape(-1, site.param("depth_multiplier"))
    return _emit_image(site, filters.T)


def _pads_rows(site: Site) -> bool:
    pad, last = site.param("pad_top"), site.param("output_height") - 1
    reached = last * site.param("stride_height") + (site.param("filter_height") - 1) * site.param(
        "dilation_height"
    )
    return pad > 0 or reached - pad >= site.param("input_height")


def emit_dense(site: Site) -> RowKernel | None:
    """Return the kernel of a FULLY_CONNECTED or a CONV_2D with 1x1 filters, or None where no form is exact."""
    source = site.source
    if source is None or site.param("weights_offset") != 0 or not site.has_fixed_weights:
        return None
    pixels, depth = site.param("rows"), site.param("depth")
    # A convolution keeps the rows of its image, which others may want to compute one by one.
    width = site.width if site.operator.name == "CONV_2D" else pixels
    window = Window(1, 1, depth, width, width, stride=1, dilation=1, pad=0, pads_rows=False)
    rows = Source(source.index, height=pixels // width, row_bytes=width * depth)
    return _emit(site, window, rows, 1, pixels // width, site.array("weights"))


def _emit(site: Site, window: Window, rows: Source, images: int, height: int, filters: Ints) -> RowKernel | None:
    channels = _channels(site, window, filters)
    if channels is None or not window.supported():
        return None
    groups = _groups(window.output_width, site.optimize)
    depth = weights.depth_of(channels.weights.shape[1], site.optimize)
    pairs = block.pairs_of(groups[0].pixels)
    count = len(channels.bias)
    paired = weights.can_pair(channels.weights, *weights.reach(channels.weights, channels.bias))
    blocks = [
        Block(group.pixels, depth, paired, channels.requantized.form, count % (2 * pairs)) for group in groups
    ]
    packed = weights.pack(channels.padded(2 * pairs, depth.size), depth, pairs, paired)
    if window.fills or window.copies:
        packed = np.concatenate([_fill_word(site), packed])
    activation_bytes = 2 * max(group.pixels for group in groups) * depth.size
    return RowKernel(
        function=_row(window, groups, blocks, count, depth, activation_bytes),
        images=images,
        height=height,
        row_bytes=window.output_width * count,
        sources=(rows,),
        output=site.output.index,
        constants=Constant("constants", packed),
        scratch_bytes=activation_bytes + window.extra_bytes,
        scratch_lag=_scratch_lag(window, height * images),
        # A block's inputs have been gathered when its outputs are written, which take no more room.
        in_place=(rows.tensor,) if window.plain and count <= window.channels else (),
        form=f"Outputs by {channels.requantized.form.text}; weights {'in pairs' if paired else 'one by one'}.",
    )


def _scratch_lag(window: Window, rows: int) -> int | None:
    """Return by how much the scratch may begin before the only pixel of the input, if it may lie upon it at all.

    Each byte becomes two in the scratch, left to right, once it is read: what is written stays behind what is to
    be read if the scratch begins as many bytes before the input as this has.
    """
    alone = rows * window.output_width == 1 and window.height == 1 and not window.fills and not window.copies
    return window.run if alone else None


def _channels(site: Site, window: Window, filters: Ints) -> Channels | None:
    """Return weights in the order of the activations, and the requantization; None where no form is exact."""
    bias = site.array("bias")
    count = len(bias)
    filters = filters.reshape(count, -1)
    bias = bias + site.param("input_offset") * filters.sum(axis=1)
    multipliers, shifts = (np.broadcast_to(site.array(name), count) for name in ("multipliers", "shifts"))
    rescale = Rescale(
        multipliers,
        shifts,
        site.param("output_offset"),
        site.param("activation_min"),
        site.param("activation_max"),
    )
    found = requantize.requantize(rescale, *weights.reach(filters, bias))
    if found is None:
        return None
    order = np.array(window.order())
    ordered: Ints = np.where(order < 0, 0, filters[:, order])
    return Channels(ordered, bias, found)


def _fill_word(site: Site) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """Return four bytes of the input's zero point."""
    assert site.source is not None
    value = site.source.quantized.zero_point & 0xFF
    return np.array([value * 0x01010101], np.uint32)


@dataclass(frozen=True)
class _Group:
    """Blocks of `pixels` pixels, `count` of them next to each other."""

    pixels: int
    count: int


def _groups(width: int, optimize: str) -> Sequence[_Group]:
    """Return how a row of `width` pixels is divided into blocks.

    A block of three takes fewer cycles a product than one of two; but it is more code, and its activations need
    more of the arena.
    """
    if width == 1:
        return [_Group(1, 1)]
    threes = (width - 2 * (-width % 3)) // 3 if optimize == "speed" and width > 2 else width % 2
    found = [_Group(3, threes), _Group(2, (width - 3 * threes) // 2)]
    return [group for group in found if group.count > 0]


def _row(
    window: Window,
    groups: Sequence[_Group],
    blocks: Sequence[Block],
    channels: int,
    depth: Depth,
    activations: int,
) -> Function:
    """Return the function of a row; `activations`: their bytes in the scratch."""
    code = Lines()
    code.op("push {r4-r11, lr}", f"sub sp, #{_FRAME}")
    if window.fills or window.copies:
        code.op("ldr r4, [r3], #4")
    code.op("stmia sp, {r0-r3}")
    code.add("r5", "r2", activations)
    code.op("str r5, [sp, #24]")
    gather.emit_prologue(code, window)
    code.constant("r0", gather.start(window) & 0xFFFFFFFF)
    code.op("str r0, [sp, #16]")
    for group, inner in zip(groups, blocks, strict=True):
        _emit_group(code, window, group, inner, channels, depth, last=group is groups[-1])
    code.op(f"add sp, #{_FRAME}", "pop {r4-r11, pc}")
    shape = f"{window.height}x{window.width}x{window.channels}"
    return Function(
        named(f"conv2d_{shape}_to_{channels}", code),
        _summary(window, groups, channels),
        code.body,
        tuple(block.function(inner) for inner in dict.fromkeys(blocks)),
    )


def _emit_group(
    code: Lines, window: Window, group: _Group, inner: Block, channels: int, depth: Depth, last: bool
) -> None:
    if group.count > 1:
        code.constant("r0", group.count)
        code.op("str r0, [sp, #20]")
        code.label(_GROUP)
    gather.emit_block(code, window, group.pixels)
    code.op("ldr r1, [sp, #12]", "ldrd r3, r2, [sp, #4]")
    code.add("r4", "r3", channels)
    code.constant("r5", channels)
    code.add("r6", "r2", 2 * group.pixels * (depth.size - depth.rest))
    code.op(f"bl {inner.name}")
    if group.count > 1 or not last:
        for at, step in ((4, group.pixels * channels), (16, gather.advance(window, group.pixels))):
            code.op(f"ldr r0, [sp, #{at}]")
            code.add("r0", "r0", step, "r1")
            code.op(f"str r0, [sp, #{at}]")
    if group.count > 1:
        code.op("ldr r0, [sp, #20]", "subs r0, r0, #1", "str r0, [sp, #20]", f"bne {_GROUP}b")


def _summary(window: Window, groups: Sequence[_Group], channels: int) -> tuple[str, ...]:
    parts = " and ".join(f"{group.count} of {group.pixels}" for group in groups)
    return (
        f"{window.height} x {window.width} x {window.channels} -> {channels} channels, stride {window.stride}, "
        f"a row of {window.input_width} -> {window.output_width} pixels; blocks: {parts}.",
        "[sp]: rows, output, activations, weights, position, blocks to go, fill or copied rows, cursor.",
        f"Gathering: {gather.PLANS[window.way]}.",
        f"Activations by {window.way}. Access: input rows top to bottom for each block, weights once a block.",
    )

"""Kernels specialised for each layer at compile time, in assembly for the instruction set of a board's core.

An emitter is a function of a module of this package that takes a layer and its portable kernel's call and returns
a `RowKernel`, or None where no exact form holds: then the portable kernel stays. It states its register plan and
its access order, and computes the conditions under which it is exact from the layer's actual weights.

A new emitter: a module with a function `emit(site: Site) -> RowKernel | None`, a line in `EMITTERS`, and in the
header of its portable kernel the line " * Specialised for layers: dsp."
"""

from collections.abc import Callable, Mapping

from tinyml.architecture import has_dsp
from tinyml.board import Board
from tinyml.emit import conv2d, depthwise, elementwise, max_pool, pooling, product
from tinyml.emit.site import Site
from tinyml.errors import InputError
from tinyml.plan import Layer, Plan, with_rows
from tinyml.plan.budget import budget
from tinyml.plan.rows import RowKernel

__all__ = ["EMITTERS", "GOALS", "Site", "check_goal", "specialise"]

GOALS = ("size", "balanced", "speed")
"""What code is chosen for: few bytes of code and constants; both; few cycles, with larger constants."""

EMITTERS: Mapping[str, Callable[[Site], RowKernel | None]] = {
    "add_s8": elementwise.emit_add,
    "average_pool2d_s8": pooling.emit_average_pool,
    "conv2d_s8": conv2d.emit_conv2d,
    "depthwise_conv2d_s8": depthwise.emit,
    "fully_connected_s8": conv2d.emit_dense,
    "max_pool2d_s8": max_pool.emit,
    "mean_s8": pooling.emit_mean,
    "mul_s8": product.emit_mul,
    "sub_s8": elementwise.emit_sub,
}
"""The emitters for the DSP extension, by the portable kernel that they stand in for."""


def check_goal(optimize: str) -> None:
    """Check that `optimize` is one of GOALS.

    Raises:
        InputError: it is not.
    """
    if optimize not in GOALS:
        raise InputError(f"optimizing for {optimize!r} is not known", f"Choose one of {', '.join(GOALS)}.")


def specialise(plan: Plan, board: Board, optimize: str = "balanced") -> Plan:
    """Return `plan` with specialised kernels for the layers of which the core of `board` has one.

    Where the RAM does not hold their scratch, those with the most of it are left out.

    Args:
        plan: the model with portable kernels.
        board: where it will run.
        optimize: one of GOALS.
    """
    if not has_dsp(board.cpu, board.flags):
        return plan
    found = {layer.index: kernel for layer in plan.layers if (kernel := _emit(plan, layer, optimize)) is not None}
    made = with_rows(plan, found)
    while found and not _fits_ram(made, board):
        del found[max(found, key=lambda index: found[index].scratch_bytes)]
        made = with_rows(plan, found)
    return made if found else plan


def _fits_ram(plan: Plan, board: Board) -> bool:
    """Return whether the RAM of `board` holds `plan`; the scratch of a kernel may be what is too much."""
    return all(use.needed <= use.available for use in budget(plan, board).regions if use.kind == "ram")


def _emit(plan: Plan, layer: Layer, optimize: str) -> RowKernel | None:
    if len(layer.lowered.calls) != 1:
        return None
    (call,) = layer.lowered.calls
    emitter = EMITTERS.get(call.kernel)
    return None if emitter is None else emitter(Site(plan.graph, layer.operator, call, optimize))

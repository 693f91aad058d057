"""Kernels specialised for each layer at compile time, in assembly for the instruction set of a board's core.

An emitter is a function of a module of this package that takes a layer and its portable kernel's call and returns
a `RowKernel`, or None where no exact form holds: then the portable kernel stays. It states its register plan and
its access order, and computes the conditions under which it is exact from the layer's actual weights.

A new emitter: a module with a function `emit(site: Site) -> RowKernel | None`, a line in `EMITTERS`, and in the
header of its portable kernel the line " * Specialised for layers: dsp."
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tinyml import plan as plans
from tinyml.architecture import has_dsp
from tinyml.board import Board
from tinyml.defaults import ARRANGEMENT, ENGINE, OPTIMIZE
from tinyml.emit import conv2d, depthwise, elementwise, max_pool, pooling, product
from tinyml.emit.site import Site
from tinyml.errors import InputError
from tinyml.graph import Graph
from tinyml.ops import KernelCall
from tinyml.plan import ARRANGEMENTS, Layer, Plan, portable, with_rows
from tinyml.plan.budget import budget
from tinyml.plan.rows import RowKernel

__all__ = [
    "DEFAULT_CHOICES",
    "EMITTERS",
    "GOALS",
    "Choices",
    "Site",
    "check_arrangement",
    "check_goal",
    "plan_for",
    "specialise",
]

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


@dataclass(frozen=True)
class Choices:
    """What a user chooses of how a model is planned.

    Attributes:
        engine: "compiled" or "interpreter", which runs the file as it is, with portable kernels.
        optimize: one of GOALS.
        arrangement: one of `tinyml.plan.ARRANGEMENTS`.
        ram_budget: the bytes that the arena may have, for which products may be computed twice; None for no limit.
    """

    engine: str = ENGINE
    optimize: str = OPTIMIZE
    arrangement: str = ARRANGEMENT
    ram_budget: int | None = None

    def check(self) -> None:
        """Check that the choices are known and go together.

        Raises:
            InputError: they do not.
        """
        check_goal(self.optimize)
        check_arrangement(self.arrangement)
        streams = self.engine != "interpreter" and self.arrangement == "streamed"
        if self.ram_budget is not None and not streams:
            raise InputError(
                "a RAM budget is for compiled models whose layers take turns",
                "Leave --ram-budget out, or --engine interpreter or --arrangement whole.",
            )


DEFAULT_CHOICES = Choices()


_BYTE_BY_BYTE = ("conv2d_s8",)  # whose specialised kernel can read and write rows that begin anywhere


def check_goal(optimize: str) -> None:
    """Check that `optimize` is one of GOALS.

    Raises:
        InputError: it is not.
    """
    if optimize not in GOALS:
        raise InputError(f"optimizing for {optimize!r} is not known", f"Choose one of {', '.join(GOALS)}.")


def check_arrangement(arrangement: str) -> None:
    """Check that `arrangement` is one of `tinyml.plan.ARRANGEMENTS`.

    Raises:
        InputError: it is not.
    """
    if arrangement not in ARRANGEMENTS:
        raise InputError(
            f"the arrangement {arrangement!r} is not known", f"Choose one of {', '.join(ARRANGEMENTS)}."
        )


def specialise(
    plan: Plan,
    board: Board,
    optimize: str = OPTIMIZE,
    arrangement: str = ARRANGEMENT,
    ram_budget: int | None = None,
) -> Plan:
    """Return `plan` arranged for `board`, with specialised kernels for the layers of which its core has one.

    Where the RAM does not hold their scratch, those with the most of it are left out.

    Args:
        plan: the model with portable kernels.
        board: where it will run.
        optimize: one of GOALS.
        arrangement: one of `tinyml.plan.ARRANGEMENTS`.
        ram_budget: the bytes that the arena may have, if there is a way.
    """
    plan = replace(plan, optimize=optimize)
    if not has_dsp(board.cpu, board.flags):
        return with_rows(plan, {}, arrangement, ram_budget)

    def narrow(layer: Layer, call: KernelCall, columns: int, aligned: bool) -> RowKernel | None:
        emitter = EMITTERS.get(call.kernel) if aligned or call.kernel in _BYTE_BY_BYTE else None
        site = Site(plan.graph, layer.operator, call, optimize, columns, aligned)
        return (emitter and emitter(site)) or portable.row_kernel(plan.graph, call)

    found = {layer.index: kernel for layer in plan.layers if (kernel := _emit(plan, layer, optimize)) is not None}
    made = with_rows(plan, found, arrangement, ram_budget, narrow)
    while found and not _fits_ram(made, board):
        del found[max(found, key=lambda index: found[index].scratch_bytes)]
        made = with_rows(plan, found, arrangement, ram_budget, narrow)
    return made


def plan_for(graph: Graph, board: Board | None, choices: Choices = DEFAULT_CHOICES) -> Plan:
    """Plan a model for a board; without one, with portable kernels.

    Raises:
        ModelError: as `tinyml.plan.make` does.
    """
    plan = plans.make_for(graph, choices.engine, choices.arrangement)
    if choices.engine == "interpreter":
        return plan
    arranged = _arranged(plan, board, choices)
    if all(rewriting.name != "order" for rewriting in plan.rewritings):
        return arranged
    # Layers that take turns may need less in the file's order.
    kept = plans.make_rewritten(graph, [name for name in plans.REWRITINGS if name != "order"])
    return min(_arranged(kept, board, choices), arranged, key=lambda plan: plan.memory.arena_bytes)


def _arranged(plan: Plan, board: Board | None, choices: Choices) -> Plan:
    if board is None:
        return with_rows(plan, {}, choices.arrangement, choices.ram_budget)
    return specialise(plan, board, choices.optimize, choices.arrangement, choices.ram_budget)


def _fits_ram(plan: Plan, board: Board) -> bool:
    """Return whether the RAM of `board` holds `plan`; the scratch of a kernel may be what is too much."""
    return all(use.needed <= use.available for use in budget(plan, board).regions if use.kind == "ram")


def _emit(plan: Plan, layer: Layer, optimize: str) -> RowKernel | None:
    if len(layer.lowered.calls) != 1:
        return None
    (call,) = layer.lowered.calls
    emitter = EMITTERS.get(call.kernel)
    return None if emitter is None else emitter(Site(plan.graph, layer.operator, call, optimize))

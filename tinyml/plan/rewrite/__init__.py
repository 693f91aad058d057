"""Exact rewriting: graphs become smaller, and every byte that is still computed stays TFLM's.

Each rewriting is a file with one function, `rewrite(draft) -> list[str]`: it changes the draft wherever it can
prove that no value changes, and returns a line for each place. What it cannot prove it leaves as it is.

Tensors that remain keep their index, so that each layer can still be compared with TFLM's. A tensor that lost
channels is a new one, which says what part of the old one it is (`Tensor.taken`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tinyml.graph import Graph
from tinyml.plan.rewrite import activations, channels, constants, order, padding, scalars, unused
from tinyml.plan.rewrite.draft import Draft

__all__ = ["REWRITINGS", "Rewriting", "Saved", "rewrite", "total"]

REWRITINGS: Mapping[str, Callable[[Draft], list[str]]] = {
    "unused": unused.rewrite,
    "constants": constants.rewrite,
    "padding": padding.rewrite,
    "scalars": scalars.rewrite,
    "activations": activations.rewrite,
    "channels": channels.rewrite,
    "order": order.rewrite,
}
"""The rewritings by name, in the order in which they run: each finds more where the one before it was."""


@dataclass(frozen=True)
class Saved:
    """What a rewriting saved.

    Attributes:
        macs: multiply-accumulates of one inference.
        constant_bytes: arrays in flash: constants, and tables of functions; below 0 where a table is made of code.
        arena_bytes: of the arena.
    """

    macs: int
    constant_bytes: int
    arena_bytes: int


@dataclass(frozen=True)
class Rewriting:
    """What one rewriting did to a model.

    Attributes:
        name: one of `REWRITINGS`.
        done: a line for each place.
        saved: by all of it.
    """

    name: str
    done: tuple[str, ...]
    saved: Saved


def total(rewritings: Sequence[Rewriting]) -> Saved:
    """Return what all of `rewritings` saved."""
    saved = [rewriting.saved for rewriting in rewritings]
    return Saved(
        sum(one.macs for one in saved),
        sum(one.constant_bytes for one in saved),
        sum(one.arena_bytes for one in saved),
    )


def rewrite(graph: Graph, name: str) -> tuple[Graph, tuple[str, ...]]:
    """Return `graph` after the rewriting `name`, and a line for each place where it did something."""
    draft = Draft(graph)
    done = REWRITINGS[name](draft)
    return (draft.graph(), tuple(done)) if done else (graph, ())

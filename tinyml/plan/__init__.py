"""What will run where: kernels, the arena's layout and the constants, known before anything is compiled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from tinyml.errors import ModelError
from tinyml.graph import Graph
from tinyml.ops import Constant, KernelCall, lower
from tinyml.plan import portable
from tinyml.plan.layer import Layer, Stream
from tinyml.plan.memory import MemoryPlan, plan_memory
from tinyml.plan.patches import Narrow
from tinyml.plan.rewrite import REWRITINGS, Rewriting, Saved, rewrite, total
from tinyml.plan.rows import RowKernel
from tinyml.plan.streaming import arrange

__all__ = [
    "ARRANGEMENTS",
    "REWRITINGS",
    "Layer",
    "MemoryPlan",
    "Plan",
    "Rewriting",
    "Stream",
    "make",
    "make_for",
    "make_rewritten",
    "total",
    "with_rows",
]


ARRANGEMENTS = ("streamed", "whole")
"""How layers and tensors share the arena.

"streamed": layers take turns row by row and write over what was read, wherever that makes the arena smaller.
"whole": the model's own layers, one after the other, each with its whole output after it: to find a mismatch.
"""


@dataclass(frozen=True)
class Plan:
    """A model ready to be generated.

    Attributes:
        graph: the model.
        layers: the operators that compute, in execution order.
        memory: the arena's layout.
        optimize: what its specialised kernels were chosen for; empty where nobody chose.
        arrangement: one of ARRANGEMENTS.
        ram_budget: the bytes that its arena was to have; None for no limit.
        rewritings: what exact rewritings did to the model before it was planned.
    """

    graph: Graph
    layers: tuple[Layer, ...]
    memory: MemoryPlan
    optimize: str = ""
    arrangement: str = "whole"
    ram_budget: int | None = None
    rewritings: tuple[Rewriting, ...] = ()

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return sum(layer.lowered.macs for layer in self.layers)

    @property
    def recomputed(self) -> int:
        """Multiply-accumulates that are computed more than once, as patches overlap."""
        return sum(layer.stream.recomputed for layer in self.layers if layer.stream is not None)

    @property
    def parts(self) -> tuple[Layer, ...]:
        """The layers, and of streams the layers that they are made of."""
        return tuple(part for layer in self.layers for part in layer.parts)

    @property
    def constant_bytes(self) -> int:
        """Bytes of weights, biases and requantization tables in flash."""
        return sum(constant.values.nbytes for layer in self.layers for constant in layer.constants)

    @property
    def array_bytes(self) -> int:
        """Bytes of all arrays in flash: constants, and tables of functions."""
        pointers = (p for layer in self.layers for call in layer.lowered.calls for p in call.pointers)
        return sum(p.values.nbytes for p in pointers if isinstance(p, Constant))


# What a sample and an answer may consist of.
END_TYPES = ("int8", "uint8", "int16", "int32", "uint32", "int64", "bool", "float32")


def _check_ends(graph: Graph) -> None:
    for what, ends in (("input", graph.inputs), ("output", graph.outputs)):
        for tensor in (graph.tensors[t] for t in ends):
            name = f"the model's {what}, tensor {tensor.index} ({tensor.name}),"
            if tensor.type not in END_TYPES:
                raise ModelError(f"{name} is {tensor.type}; {', '.join(END_TYPES)} are allowed")
            if tensor.is_constant:
                raise ModelError(f"{name} is a constant, which no operator computes")


def make(graph: Graph) -> Plan:
    """Plan `graph`.

    Raises:
        ModelError: an operator is not supported (all such operators are named), an input or output has a type
            that no device gets or gives, or nothing is to be computed.
    """
    _check_ends(graph)
    plan = _planned(graph)
    if not plan.layers:
        raise ModelError("the model computes nothing: no operator changes a byte of its inputs")
    return plan


def _planned(graph: Graph) -> Plan:
    lowered = lower(graph)
    pairs = [(op, low) for op, low in zip(graph.operators, lowered, strict=True) if low.calls]
    layers = tuple(Layer(i, op, graph.label(op), low) for i, (op, low) in enumerate(pairs))
    return Plan(graph, layers, plan_memory(graph, lowered))


def make_rewritten(graph: Graph, names: Iterable[str] = REWRITINGS) -> Plan:
    """Plan `graph` after the exact rewritings called `names`, as far as they do not cost RAM.

    Raises:
        ModelError: as `make` does; what it refuses is refused, whatever a rewriting would leave of it.
    """
    plan = make(graph)
    for name in names:
        rewritten, done = rewrite(plan.graph, name)
        if not done:
            continue
        smaller = _planned(rewritten)
        if not smaller.layers or smaller.memory.arena_bytes > plan.memory.arena_bytes:
            continue
        saved = Saved(
            macs=plan.macs - smaller.macs,
            constant_bytes=plan.array_bytes - smaller.array_bytes,
            arena_bytes=plan.memory.arena_bytes - smaller.memory.arena_bytes,
        )
        plan = replace(smaller, rewritings=(*plan.rewritings, Rewriting(name, done, saved)))
    return plan


def make_for(graph: Graph, engine: str, arrangement: str = "streamed") -> Plan:
    """Plan `graph` for an engine; the interpreter runs the file as it is; "whole" layers are those of the file.

    Raises:
        ModelError: as `make` does.
    """
    return make_rewritten(graph) if engine == "compiled" and arrangement != "whole" else make(graph)


def _portably(graph: Graph, layer: Layer, call: KernelCall, columns: int, aligned: bool) -> RowKernel | None:
    """Return the portable kernel of a patch."""
    return portable.row_kernel(graph, call)


def with_rows(
    plan: Plan,
    kernels: Mapping[int, RowKernel],
    arrangement: str = "streamed",
    most: int | None = None,
    narrow: Narrow | None = None,
) -> Plan:
    """Return `plan` with kernels specialised for layers, and the memory planned anew for them.

    Args:
        plan: the model with portable kernels.
        kernels: by the layers' indices.
        arrangement: one of ARRANGEMENTS.
        most: the bytes that the arena may have, if there is a way.
        narrow: emits specialised kernels of patches; without it they are portable ones.
    """
    portably = narrow or partial(_portably, plan.graph)
    layers = tuple(replace(layer, rows=kernels.get(layer.index)) for layer in plan.layers)
    layers, memory = arrange(plan.graph, lower(plan.graph), layers, arrangement == "whole", most, portably)
    return replace(plan, layers=layers, memory=memory, arrangement=arrangement, ram_budget=most)

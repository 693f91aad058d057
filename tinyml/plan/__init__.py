"""What will run where: kernels, the arena's layout and the constants, known before anything is compiled."""

from dataclasses import dataclass

from tinyml.graph import Graph, Operator
from tinyml.ops import Constant, Lowered, lower
from tinyml.plan.memory import MemoryPlan, plan_memory

__all__ = ["Layer", "MemoryPlan", "Plan", "make"]


@dataclass(frozen=True)
class Layer:
    """An operator that computes something on the device; one that only renames bytes is no layer.

    Attributes:
        index: its place among the layers, counted from 0.
        operator: the operator of the graph.
        label: the name that users know it by.
        lowered: its kernel calls.
    """

    index: int
    operator: Operator
    label: str
    lowered: Lowered

    @property
    def constants(self) -> tuple[Constant, ...]:
        """The arrays that the layer keeps in flash."""
        return tuple(p for call in self.lowered.calls for p in call.pointers if isinstance(p, Constant))


@dataclass(frozen=True)
class Plan:
    """A model ready to be generated.

    Attributes:
        graph: the model.
        layers: the operators that compute, in execution order.
        memory: the arena's layout.
    """

    graph: Graph
    layers: tuple[Layer, ...]
    memory: MemoryPlan

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return sum(layer.lowered.macs for layer in self.layers)

    @property
    def constant_bytes(self) -> int:
        """Bytes of weights, biases and requantization tables in flash."""
        return sum(constant.values.nbytes for layer in self.layers for constant in layer.constants)


def make(graph: Graph) -> Plan:
    """Plan `graph`.

    Raises:
        ModelError: an operator is not supported; all such operators are named.
    """
    lowered = lower(graph)
    pairs = [(op, low) for op, low in zip(graph.operators, lowered, strict=True) if low.calls]
    layers = tuple(Layer(i, op, graph.label(op), low) for i, (op, low) in enumerate(pairs))
    return Plan(graph, layers, plan_memory(graph, lowered))

"""What an operator's file says about itself, besides how it is lowered."""

from collections.abc import Callable
from dataclasses import dataclass

from tinyml.graph import Graph, Operator
from tinyml.ops.lowering import Lowered

# Types of input 0 or output 0 for which an operator's wide part is chosen.
_WIDE_TYPES = ("int16", "int32", "int64")


@dataclass(frozen=True)
class Form:
    """Types that an operator computes with, and how close to TFLM.

    Attributes:
        types: as `tflm.FORMS` spells them, such as "int8" or "16x8".
        kernels: all kernels that a model of this form may call.
        bound: empty where every byte is TFLM's; otherwise how far results may be from TFLM's, and why.
    """

    types: str
    kernels: tuple[str, ...]
    bound: str = ""


@dataclass(frozen=True)
class Definition:
    """An operator that is supported.

    Attributes:
        name: the schema's name.
        lower: checks the operator and gives its kernel calls, or raises `ModelError`.
        forms: the types that it computes with.
        wide: whether the interpreter has a part of its own for integers of 16 bits and more, which a firmware
            whose model has none does not link.
    """

    name: str
    lower: Callable[[Graph, Operator], Lowered]
    forms: tuple[Form, ...]
    wide: bool = False

    @property
    def file(self) -> str:
        """The name that the operator's files share, such as "conv2d"."""
        return self.lower.__module__.rpartition(".")[2]

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the operator's parts in the interpreter, in its table's order: "add_wide", "add"."""
        return (f"{self.file}_wide", self.file) if self.wide else (self.file,)

    def part(self, graph: Graph, operator: Operator) -> str:
        """Return the name of the part that prepares `operator`: what the interpreter chooses where it has all."""
        firsts = (graph.tensors[tensors[0]].type for tensors in (operator.inputs, operator.outputs) if tensors)
        return self.parts[0] if any(type_ in _WIDE_TYPES for type_ in firsts) else self.file

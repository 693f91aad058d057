"""What an operator's file says about itself, besides how it is lowered."""

from collections.abc import Callable
from dataclasses import dataclass

from tinyml.graph import Graph, Operator
from tinyml.ops.lowering import Lowered


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
    """

    name: str
    lower: Callable[[Graph, Operator], Lowered]
    forms: tuple[Form, ...]

    @property
    def file(self) -> str:
        """The name that the operator's files share, such as "conv2d"."""
        return self.lower.__module__.rpartition(".")[2]

"""Where a specialised kernel goes: a layer, and the call of the portable kernel that it replaces."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops import Constant, KernelCall


@dataclass(frozen=True, eq=False)
class Site:
    """What an emitter is given.

    Attributes:
        graph: the model.
        operator: the layer's operator.
        call: the portable kernel's call.
        optimize: "size", "balanced" or "speed".
        columns: of the output, where the call is for some of them only; else None.
        aligned: whether rows begin at words.
    """

    graph: Graph
    operator: Operator
    call: KernelCall
    optimize: str
    columns: int | None = None
    aligned: bool = True

    @property
    def width(self) -> int:
        """The columns of the output, whose shape is [1, height, width, channels]."""
        return self.output.shape[2] if self.columns is None else self.columns

    def param(self, name: str) -> int:
        """Return a parameter of the portable kernel."""
        return int(self.call.params[name])

    def array(self, name: str) -> npt.NDArray[np.int64]:
        """Return the array `name` of the portable kernel's call, widened to 64 bits.

        Raises:
            KeyError: the call is given none of that name (an error in an emitter).
        """
        found = {p.name: p.values for p in self.call.pointers if isinstance(p, Constant)}
        return found[name].astype(np.int64)

    @property
    def has_fixed_weights(self) -> bool:
        """Whether weights and bias are constants; a model may compute them."""
        return {"weights", "bias"} <= {p.name for p in self.call.pointers if isinstance(p, Constant)}

    @property
    def source(self) -> Tensor | None:
        """The tensor of the portable kernel's first argument; None where that is a constant."""
        first = self.call.pointers[0]
        return None if isinstance(first, Constant) else self.graph.tensors[first]

    @property
    def image_rows(self) -> int:
        """The rows of the output's image, which others may want one by one; 1 where they are not whole words."""
        shape = self.output.shape
        is_image = len(shape) == 4 and shape[0] == 1 and self.width * shape[3] % 4 == 0
        return shape[1] if is_image else 1

    @property
    def output(self) -> Tensor:
        """The tensor of the portable kernel's last argument."""
        last = self.call.pointers[-1]
        if isinstance(last, Constant):
            raise ValueError(f"the kernel {self.call.kernel} of {self.operator.name} writes a constant")
        return self.graph.tensors[last]

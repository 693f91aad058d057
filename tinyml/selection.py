"""Which samples a command runs: the user's own or random ones, and how many of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tinyml import samples
from tinyml.defaults import LIMIT
from tinyml.errors import SamplesError
from tinyml.graph import Graph
from tinyml.samples import Samples


@dataclass(frozen=True)
class Selection:
    """Where samples come from, and how many of them are used.

    Attributes:
        data: a `.npz`, a `.npy` or a folder of them; None for another source.
        random: how many seeded random int8 inputs instead.
        seed: the seed of the random inputs.
        limit: at most this many samples, evenly spread over the source; 0 for all.
    """

    data: Path | None = None
    random: int | None = None
    seed: int = 0
    limit: int = LIMIT

    @property
    def given(self) -> bool:
        """Whether the user named a source."""
        return self.data is not None or self.random is not None


def select(graph: Graph, selection: Selection) -> tuple[Samples, npt.NDArray[np.intp]]:
    """Return the samples as the device takes them, and which of the source's they are.

    Raises:
        SamplesError: no source is given, or two, or the samples do not fit the model.
    """
    if selection.data is not None and selection.random is not None:
        raise SamplesError("--data and --random are both given", "Give one of them.")
    if selection.random is not None:
        return samples.random_int8(graph, selection.random, selection.seed), np.arange(selection.random)
    if selection.data is None:
        raise SamplesError("there are no samples to send", "Give --data FILE, or --random N for random inputs.")
    found = samples.load(selection.data, [graph.tensors[t] for t in graph.inputs])
    count = min(len(found), selection.limit or len(found))
    indices = np.linspace(0, len(found) - 1, count).round().astype(np.intp)
    return samples.quantize(found.take(indices), graph), indices


def source(selection: Selection) -> dict[str, Any]:
    """Return where samples came from, for a record."""
    if selection.random is not None:
        return {"random": selection.random, "seed": selection.seed}
    return {"data": "recorded" if selection.data is None else selection.data.name}

"""Models drawn from seeds by hypothesis, which can also make a failing one smaller."""

import random
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.composed import Composer, ImageComposer
from tests.ops.single import SAMPLES, Case, values
from tests.ops.twins import twins
from tinyml.graph import Graph, read
from tinyml.ops import contract

COMPOSED = "composed"
IMAGES = "images"
GROUP = 50  # models that are drawn from one seed
_SHRINK_SECONDS = 120


@dataclass(frozen=True)
class Source:
    """Where models come from.

    Attributes:
        operator: the operator's name, or COMPOSED or IMAGES.
        types: the form, as the contract spells it; empty for composed models.
        strategy: draws them.
    """

    operator: str
    types: str
    strategy: st.SearchStrategy[Case]

    @property
    def label(self) -> str:
        """The name that tables show."""
        return f"{self.operator} {self.types}".rstrip()


def samples(graph: Graph, rng: np.random.Generator) -> tuple[tuple[np.ndarray, ...], ...]:
    """Return random samples for a model."""

    def drawn(index: int) -> np.ndarray:
        return values(rng, graph.tensors[index].shape, graph.tensors[index].type)

    return tuple(tuple(drawn(index) for index in graph.inputs) for _ in range(SAMPLES))


def composed_case(source: random.Random) -> Case:
    """Return a composed model with samples."""
    model = Composer(source, {name: twin.step for name, twin in twins().items()}).build()
    return Case(model, samples(read(model), np.random.default_rng(zlib.crc32(model))))


def image_case(source: random.Random) -> Case:
    """Return a model of layers on images, with samples."""
    model = ImageComposer(source, {name: twin.step for name, twin in twins().items()}).build()
    return Case(model, samples(read(model), np.random.default_rng(zlib.crc32(model))))


def sources(operator: str | None = None) -> list[Source]:
    """Return a source for each exact row of the contract, or for those of one operator."""
    return [
        Source(row.operator, row.types, twins()[row.operator].cases[row.types])
        for row in contract.table()
        if row.state == contract.EXACT and operator in (None, row.operator)
    ]


def composed() -> Source:
    """Return the source of composed models."""
    return Source(COMPOSED, "", st.randoms(use_true_random=False).map(composed_case))


def images() -> Source:
    """Return the source of models of layers on images."""
    return Source(IMAGES, "", st.randoms(use_true_random=False).map(image_case))


def _draw(source: Source, at: int, count: int, use: Callable[[Case], None], *phases: Phase) -> None:
    @seed(at)
    @settings(
        max_examples=count,
        database=None,
        phases=phases,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(source.strategy)
    def each(case: Case) -> None:
        use(case)

    each()


def _seed(source: Source, run_seed: int, group: int) -> int:
    return zlib.crc32(f"{source.operator} {source.types} {run_seed} {group}".encode())


def draw(source: Source, run_seed: int, count: int) -> Iterator[tuple[int, list[Case]]]:
    """Yield groups of cases, `count` cases in all, each with the number of its group."""
    for group, first in enumerate(range(0, count, GROUP)):
        found: list[Case] = []
        _draw(source, _seed(source, run_seed, group), min(GROUP, count - first), found.append, Phase.generate)
        yield group, found


def shrink(
    source: Source, run_seed: int, group: int, fails: Callable[[Case], bool], known: dict[bytes, bool]
) -> Case:
    """Return a case that fails, as small as can be found in limited time.

    Args:
        source: where the failing case came from.
        run_seed: the seed of the run.
        group: the number of the failing case's group.
        fails: whether a case fails.
        known: by model, whether it is known to fail; what the run has found, and what is found here.
    """
    end = time.monotonic() + _SHRINK_SECONDS
    smallest: list[Case] = []

    def use(case: Case) -> None:
        if case.model not in known:
            known[case.model] = time.monotonic() < end and fails(case)
        if known[case.model]:
            smallest[:] = [case]
            raise _FailedError

    try:
        _draw(source, _seed(source, run_seed, group), GROUP, use, Phase.generate, Phase.shrink)
    except _FailedError:
        return smallest[0]
    raise AssertionError("a failing case was not drawn again from its seed")


class _FailedError(Exception):
    pass

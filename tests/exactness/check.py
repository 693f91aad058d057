"""A run of the proof: models drawn, expected from TFLM, run by an engine, compared and counted."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from tests import oracle
from tests.exactness import drawing
from tests.exactness.drawing import Source
from tests.exactness.engines import ENGINES, Engine, Job
from tests.ops.single import Case
from tinyml import plan as plans
from tinyml.board import Board
from tinyml.defaults import OPTIMIZE
from tinyml.emit import Choices, plan_for
from tinyml.errors import ModelError
from tinyml.generate import offline
from tinyml.graph import Graph, read
from tinyml.plan import Plan, Stream

Planning = Callable[[Graph], Plan]


def plannings(engine: str, board: Board | None, optimize: str = OPTIMIZE) -> list[Planning]:
    """Return every way to plan a model for an engine, on a board or on the host."""
    if engine == "interpreter":
        return [plans.make, lambda graph: offline.attach(plans.make(graph))]
    choices = [Choices(engine, optimize, arrangement) for arrangement in plans.ARRANGEMENTS]
    return [partial(plan_for, board=board, choices=choice) for choice in choices]


def _distinct(found: Sequence["Expected"]) -> Iterator["Expected"]:
    """Yield those that are planned in another way than those before them."""
    known: list[object] = []
    for expected in found:
        plan = None if expected.job is None else expected.job.plan
        way = plan and (
            plan.graph.data,
            plan.rewritings,
            plan.memory.offsets,
            plan.memory.scratch,
            len(plan.layers),
        )
        if way not in known:
            known.append(way)
            yield expected


_SHRUNK = 3  # failures of a source that are made smaller


@dataclass
class Count:
    """What was found for one source.

    Attributes:
        models, samples: how many were run; a model with several plans counts once for each.
        exact: samples of which each output and each layer's outputs were TFLM's.
        refused: models that tinyml and TFLM both refuse.
        skipped: models that do not fit the board.
    """

    models: int = 0
    samples: int = 0
    exact: int = 0
    refused: int = 0
    skipped: int = 0


@dataclass(frozen=True)
class Failure:
    """A model that is not exact, made smaller where that was possible."""

    source: Source
    case: Case
    reason: str


@dataclass
class Outcome:
    """What a run found.

    Attributes:
        counts: by the sources' labels.
        failed: how many models are not exact.
        failures: the first of each source.
    """

    counts: dict[str, Count]
    failed: int = 0
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True)
class Expected:
    """What TFLM says of a case.

    Attributes:
        source, case: the case, and where it came from.
        group: the number of the group that it was drawn in.
        job: what is to be run; None where tinyml or TFLM refuses the model.
        answers: for each sample the bytes of each part of the answer.
        reason: why the two disagree, where that is known without running the model.
    """

    source: Source
    case: Case
    group: int
    job: Job | None
    answers: tuple[tuple[bytes, ...], ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Told:
    """What an answer holds of a tensor for each sample: its bytes, or the digest of what an operator writes."""

    name: str
    tensor: int
    part: int | None = None
    stream: Stream | None = None

    def expected(self, values: np.ndarray) -> bytes:
        """Return what is to be told of the tensor's `values`."""
        if self.stream is None or self.part is None:
            return values.tobytes()
        return zlib.crc32(self.stream.written(self.part, values).tobytes()).to_bytes(4, "little")


def _told(plan: Plan) -> list[Told]:
    """Return what an answer holds for each sample, in its order."""
    told = [Told(f"output {i}", t) for i, t in enumerate(plan.graph.outputs)]
    for layer in plan.layers:
        if layer.stream is not None:
            parts = enumerate(layer.stream.parts)
            told += [Told(f"what {p.label} wrote", p.operator.outputs[0], k, layer.stream) for k, p in parts]
        first, *further = layer.operator.outputs
        told.append(Told(layer.label, first))
        told += [Told(f"{layer.label}, its output {i},", t) for i, t in enumerate(further, start=1)]
    return told


def expect(source: Source, case: Case, group: int, make: Callable[[Graph], Plan]) -> Expected:
    """Return what TFLM says of a case of the group, and the job to be run, planned by `make`."""
    graph = read(case.model)
    try:
        plan = make(graph)
    except ModelError as error:
        try:
            oracle.run_all(case.model, case.samples)
        except RuntimeError:
            return Expected(source, case, group, None)
        return Expected(source, case, group, None, reason=f"refused, but TFLM runs it: {error}")
    told = _told(plan)
    tensors = [plan.graph.tensors[one.tensor] for one in told]
    try:
        found = oracle.run_all(case.model, case.samples, [tensor.whole for tensor in tensors])
    except RuntimeError as error:
        return Expected(source, case, group, None, reason=f"planned, but TFLM refuses it: {error}")
    answers = tuple(
        tuple(
            one.expected(tensor.part_of(values)) for one, tensor, values in zip(told, tensors, sample, strict=True)
        )
        for sample in found
    )
    return Expected(source, case, group, Job(case, plan), answers)


def difference(expected: Expected, answer: bytes | str) -> str:
    """Return how an answer differs from TFLM's, or an empty string."""
    if isinstance(answer, str):
        return answer
    assert expected.job is not None
    plan = expected.job.plan
    at = 0
    for number, wanted in enumerate(expected.answers):
        for one, part in zip(_told(plan), wanted, strict=True):
            if answer[at : at + len(part)] != part:
                return f"sample {number}: {one.name} differs"
            at += len(part)
    return ""


def _exact_samples(expected: Expected, answer: bytes | str) -> int:
    if expected.job is None or isinstance(answer, str):
        return 0
    wanted = [b"".join(sample) for sample in expected.answers]
    size = len(wanted[0])
    return sum(answer[i * size : (i + 1) * size] == sample for i, sample in enumerate(wanted))


class Check:
    """Runs models through one engine, on the host or on a board."""

    def __init__(
        self, engine: str = "compiled", board: Board | None = None, jobs: int = 2, optimize: str = OPTIMIZE
    ) -> None:
        """Use the engine of that name, and at most `jobs` compilers and drivers at once."""
        self._plannings = plannings(engine, board, optimize)
        self._engine: Engine = ENGINES[engine](board)
        self._jobs = jobs

    def run(self, sources: Sequence[Source], seed: int, count: int) -> Outcome:
        """Run `count` models, evenly spread over the sources."""
        outcome = Outcome({source.label: Count() for source in sources})
        share, rest = divmod(count, len(sources))
        drawn = (
            expected
            for i, source in enumerate(sources)
            for expected in self._drawn(source, seed, share + (i < rest), outcome.counts[source.label])
        )
        known: dict[bytes, bool] = {}
        failed: list[tuple[Expected, str]] = []
        for expected, answer in self._answered(drawn):
            found = outcome.counts[expected.source.label]
            found.models += 1
            found.samples += len(expected.case.samples)
            found.exact += _exact_samples(expected, answer)
            reason = expected.reason or difference(expected, answer)
            known[expected.case.model] = known.get(expected.case.model, False) or bool(reason)
            if reason:
                failed.append((expected, reason))
        outcome.failed = len(failed)
        for source in sources:
            mine = [(expected, reason) for expected, reason in failed if expected.source is source]
            shrunk = [self._shrunk(expected, reason, seed, known) for expected, reason in mine[:_SHRUNK]]
            outcome.failures += {failure.case.model: failure for failure in shrunk}.values()
        return outcome

    def _shrunk(self, expected: Expected, reason: str, seed: int, known: dict[bytes, bool]) -> Failure:
        source = expected.source

        def fails(case: Case) -> bool:
            return bool(self.verdict(source, case))

        smallest = drawing.shrink(source, seed, expected.group, fails, known)
        return Failure(source, smallest, self.verdict(source, smallest) or reason)

    def _drawn(self, source: Source, seed: int, count: int, found: Count) -> Iterator[Expected]:
        """Yield what is to be run or disagrees already; the rest is counted."""
        for group, cases in drawing.draw(source, seed, count):
            for case in cases:
                for expected in _distinct([expect(source, case, group, make) for make in self._plannings]):
                    if expected.job is None and not expected.reason:
                        found.refused += 1
                    elif expected.job is not None and not self._engine.fits([expected.job]):
                        found.skipped += 1
                    else:
                        yield expected

    def _answered(self, drawn: Iterator[Expected]) -> Iterator[tuple[Expected, bytes | str]]:
        """Yield everything with its answer; batches run in threads while more is drawn and expected here."""
        with ThreadPoolExecutor(self._jobs) as pool:
            running: list[tuple[list[Expected], Future[list[bytes | str]]]] = []
            for batch in self._batches(drawn):
                jobs = [expected.job for expected in batch if expected.job is not None]
                running.append((batch, pool.submit(self._engine.run, jobs)))
                if len(running) > self._jobs:
                    yield from _joined(*running.pop(0))
            for batch, future in running:
                yield from _joined(batch, future)

    def _batches(self, drawn: Iterator[Expected]) -> Iterator[list[Expected]]:
        batch: list[Expected] = []
        jobs: list[Job] = []
        for expected in drawn:
            if expected.job is not None and jobs and not self._engine.fits([*jobs, expected.job]):
                yield batch
                batch, jobs = [], []
            batch.append(expected)
            jobs += [expected.job] if expected.job is not None else []
        if batch:
            yield batch

    def verdict(self, source: Source, case: Case) -> str:
        """Return why a case is not exact with one of the ways to plan it, or an empty string."""
        for make in self._plannings:
            expected = expect(source, case, 0, make)
            if expected.reason:
                return expected.reason
            if expected.job is not None and self._engine.fits([expected.job]):
                (answer,) = self._engine.run([expected.job])
                if reason := difference(expected, answer):
                    return reason
        return ""


def _joined(batch: list[Expected], future: "Future[list[bytes | str]]") -> Iterator[tuple[Expected, bytes | str]]:
    answers = iter(future.result())
    for expected in batch:
        yield expected, next(answers) if expected.job is not None else b""


def file_name(failure: Failure) -> str:
    """Return a name for the model of a failure, which is the same in every run."""
    operator = failure.source.operator.lower().replace(" ", "_")
    return f"{operator}-{zlib.crc32(failure.case.model):08x}.tflite"

"""What a model needs on a board, measured with the smallest application of it on the emulated board.

Nothing is measured of a run whose outputs were not the oracle's, byte for byte.
"""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tinyml.board import Board
from tinyml.build import Image
from tinyml.build.disassembly import disassemble
from tinyml.build.elf import symbols
from tinyml.errors import DeviceError, MismatchError
from tinyml.generate.project import Project
from tinyml.link import Count
from tinyml.measure.application import MARKER, NOT_MEASURED, TRACES_BEFORE, Answer, Application
from tinyml.measure.cycles import TIMINGS, Program
from tinyml.measure.expectations import Expectations
from tinyml.plan import Plan
from tinyml.plan.rows import functions
from tinyml.run import qemu
from tinyml.run.trace import Trace, recorded

_TOLERANCE = 8  # instructions by which clock and trace may differ: a call and a return


class _Counted:
    """A device whose counts are known already, for the clock."""

    def __init__(self, empty: Count) -> None:
        self._empty = empty

    def calibrate(self, iterations: int) -> Count:
        assert iterations == 0, "only the empty piece of work was counted"
        return self._empty


@dataclass(frozen=True)
class LayerFigures:
    """What one layer needs.

    Attributes:
        label: the layer's name.
        macs: multiply-accumulates.
        instructions: of one inference.
        cycles: the estimate; None where there is none for the core.
        code: bytes of all code and tables that run for it; None with the interpreter.
        shared: those of `code` that other layers need too.
        constants: bytes of weights, biases and requantization; None with the interpreter.
    """

    label: str
    macs: int
    instructions: int
    cycles: int | None
    code: int | None = None
    shared: int | None = None
    constants: int | None = None


@dataclass(frozen=True)
class Figures:
    """What a model needs on a board.

    Attributes:
        model: its file.
        board, core, engine: where and how it ran.
        compiler: its name and version.
        optimize: what its kernels were chosen for; empty where nobody chose.
        samples: how many inputs were sent; all were answered bit-exactly.
        macs: multiply-accumulates of an inference.
        instructions: of each input's inference.
        cycles: the estimate for the first input; None where there is none for the core.
        arena, statics, stack, code, constants, flash: bytes.
        parameter_bytes: of the weights and biases in the model, and 8 for each output channel that has some.
        model_bytes: the size of the `.tflite`.
        layers: each layer, or nothing where it was not asked.
    """

    model: str
    board: str
    core: str
    engine: str
    samples: int
    macs: int
    instructions: tuple[int, ...]
    cycles: int | None
    arena: int
    statics: int
    stack: int
    code: int
    constants: int
    flash: int
    parameter_bytes: int
    model_bytes: int
    compiler: str
    optimize: str = ""
    layers: tuple[LayerFigures, ...] = ()


_WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV")
_REQUANTIZATION_BYTES = 8  # of a channel: multiplier and shift


def parameter_bytes(plan: Plan) -> int:
    """Return the bytes of the model's weights and biases, and 8 for each output channel of their layers."""
    graph = plan.graph
    layers = [operator for operator in graph.operators if operator.name in _WEIGHTED]
    constants = {
        t for layer in layers for t in layer.inputs if t != -1 and graph.tensors[t].quantization is not None
    }
    stored = sum(graph.tensors[t].nbytes for t in constants if graph.tensors[t].is_constant)
    channels = sum(graph.tensors[layer.outputs[0]].shape[-1] for layer in layers)
    return stored + _REQUANTIZATION_BYTES * channels


def _inputs(expectations: Expectations, sample: int) -> list[bytes]:
    return [values[sample].tobytes() for values in expectations.inputs]


def _check(answer: Answer, expectations: Expectations, sample: int, what: str) -> None:
    expected = tuple(values[sample].tobytes() for values in expectations.outputs)
    if answer.outputs != expected:
        raise MismatchError(
            f"{what} does not answer input {sample} as {expectations.oracle} does: nothing of it is measured",
            "`tinyml deploy MODEL --board BOARD --random 5` says which layer differs first.",
        )


def _instructions(answer: Answer, board: Board) -> list[int]:
    clock = qemu.clock(_Counted(answer.empty), board)
    return [clock.instructions(count) for count in answer.work]


@contextmanager
def _started(image: Image, board: Board, plan: Plan, pieces: int) -> Iterator[Application]:
    emulator = qemu.Emulator(image.elf, board)
    try:
        with Application(emulator, plan, pieces) as application:
            yield application
    finally:
        emulator.close()


def _traces(image: Image, board: Board, plan: Plan, expectations: Expectations, pieces: int) -> list[Trace]:
    """Return what each piece of work executed for the first sample."""
    with recorded(image.elf, board, MARKER, NOT_MEASURED) as recorder:
        with Application(recorder.emulator, plan, pieces) as application:
            answer = application.infer(_inputs(expectations, 0))
        _check(answer, expectations, 0, "the traced image")
        return recorder.end()[TRACES_BEFORE:]


def _cycles(
    image: Image, board: Board, plan: Plan, expectations: Expectations, counted: Sequence[int]
) -> list[int] | None:
    """Return the estimate for each piece of work, or None; the trace must hold what the clock `counted`."""
    timing = TIMINGS.get(board.cpu)
    if timing is None:
        return None
    program = Program(disassemble(image.elf, board.architecture))
    traces = _traces(image, board, plan, expectations, len(counted))
    for trace, instructions in zip(traces, counted, strict=True):
        executed = program.executed(trace)
        if abs(executed - instructions) > _TOLERANCE:
            raise DeviceError(f"the trace holds {executed:,} instructions, and the clock counted {instructions:,}")
    return [program.cycles(trace, timing) for trace in traces]


@dataclass(frozen=True)
class LayerBytes:
    """The fields of LayerFigures that are bytes."""

    code: int | None = None
    shared: int | None = None
    constants: int | None = None


def layer_bytes(image: Image, plan: Plan, prefix: str) -> list[LayerBytes]:
    """Return the bytes of each layer in an `image` of compiled layers."""
    found = symbols(image.elf)
    parts: list[dict[str, int]] = []
    constants = []
    for layer in plan.layers:
        own = re.compile(rf"{prefix}_layer_{layer.index}(?:_\w+)?")
        mine = {name: symbol for name, symbol in found.items() if own.fullmatch(name)}
        called = [] if layer.rows is None else functions([layer.rows])
        names = [next(n for n in (f"{prefix}_{f.name}", f.name) if n in found) for f in called]
        code = {name: symbol.size for name, symbol in mine.items() if not symbol.is_constant}
        parts.append(code | {name: found[name].size for name in names})
        constants.append(sum(symbol.size for symbol in mine.values() if symbol.is_constant))
    users = Counter(name for part in parts for name in part)
    return [
        LayerBytes(sum(part.values()), sum(size for name, size in part.items() if users[name] > 1), weights)
        for part, weights in zip(parts, constants, strict=True)
    ]


def measure(project: Project, image: Image, plan: Plan, expectations: Expectations) -> Figures:
    """Run the application in `image`, built from `project`, with each of the expectations' inputs.

    Raises:
        BoardError, MissingToolError: no emulator stands in for the board, or it is not installed.
        MismatchError: an answer is not the oracle's.
        DeviceError: the emulator fails.
    """
    board = project.board()
    counted = []
    with _started(image, board, plan, 1) as application:
        for sample in range(len(expectations)):
            answer = application.infer(_inputs(expectations, sample))
            _check(answer, expectations, sample, str(project.manifest["model"]["path"]))
            counted += _instructions(answer, board)
    cycles = _cycles(image, board, plan, expectations, counted[:1])
    return Figures(
        model=project.manifest["model"]["path"],
        board=board.name,
        core=board.cpu,
        engine=project.manifest["engine"],
        samples=len(expectations),
        macs=plan.macs,
        instructions=tuple(counted),
        cycles=None if cycles is None else cycles[0],
        arena=project.manifest["arena_bytes"],
        statics=image.sizes.static,
        stack=answer.stack_bytes,
        code=image.sizes.code,
        constants=image.sizes.constants,
        flash=image.sizes.flash_total,
        parameter_bytes=parameter_bytes(plan),
        model_bytes=len(plan.graph.data),
        compiler=image.compiler,
    )


def measure_layers(
    project: Project, image: Image, plan: Plan, expectations: Expectations
) -> tuple[LayerFigures, ...]:
    """Run the application that counts each layer, with the first input; raises what `measure` does.

    Args:
        project, image: the application.
        plan: with the specialised kernels that the project was generated with.
        expectations: the inputs and outputs.
    """
    board = project.board()
    with _started(image, board, plan, len(plan.layers)) as application:
        answer = application.infer(_inputs(expectations, 0))
    _check(answer, expectations, 0, str(project.manifest["model"]["path"]))
    counted = _instructions(answer, board)
    cycles: Sequence[int | None] = _cycles(image, board, plan, expectations, counted) or [None] * len(counted)
    sizes = [LayerBytes()] * len(counted)
    if project.manifest["engine"] == "compiled":
        sizes = layer_bytes(image, plan, project.manifest["prefix"])
    return tuple(
        LayerFigures(layer.label, layer.lowered.macs, instructions, estimate, *dataclasses.astuple(part))
        for layer, instructions, estimate, part in zip(plan.layers, counted, cycles, sizes, strict=True)
    )

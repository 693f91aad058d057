"""The whole chain, readable as one page.

    convert -> inspect -> generate -> build -> run -> validate;  deploy is all of them.  swap: another model.

Every function takes paths as a user would type them, tells a `Progress` what it does, and raises a `TinymlError`
whose text is one sentence and whose hint is the next step.
"""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tinyml import board as board_files
from tinyml import graph as graphs
from tinyml import quantize, trace
from tinyml.board import Board
from tinyml.build import Image
from tinyml.build import build as build_image
from tinyml.defaults import (
    ARRANGEMENT,
    ENGINE,
    LIMIT,
    MODES,
    OPERATORS,
    OPTIMIZE,
    PREFIX,
    SLOTS,
    SWAP_SAMPLES,
    TARGET,
)
from tinyml.emit import Choices, plan_for
from tinyml.errors import InputError, SamplesError
from tinyml.files import write_arrays, write_atomically
from tinyml.generate import Project, board_file, check_engine, command, offline
from tinyml.generate import generate as write_project
from tinyml.generate.project import OUTPUTS, locked
from tinyml.importers import tflite
from tinyml.measure.agreement import float_agreement, label_agreement
from tinyml.measure.desk import desk_agreement
from tinyml.measure.expectations import Expectations, expect
from tinyml.measure.interpreter import oracle_available
from tinyml.measure.measurements import Run, measurer_of
from tinyml.measure.swap import Swap, Swapper
from tinyml.ops import shapes
from tinyml.plan import Plan, placement
from tinyml.plan import slots as slot_memory
from tinyml.plan.budget import Budget, check_arena, check_fit, parse_bytes
from tinyml.progress import Progress
from tinyml.quantize import Converted
from tinyml.report import record as records
from tinyml.report.stages import conversion_text, memory_text, plan_text, tell_crash
from tinyml.run import check as check_target
from tinyml.run import flash as write_flash
from tinyml.run import start
from tinyml.samples import Samples
from tinyml.selection import Selection, select, source

_SILENT = Progress()


def boards() -> list[Board]:
    """Return the boards that come with tinyml."""
    return [board_files.load(name) for name in board_files.names()]


def board(name: str) -> Board:
    """Return the board called `name`, or described by a TOML file of that path.

    Raises:
        BoardError: the board is not known, or its file holds a wrong fact.
    """
    return board_files.load(name)


def new_board(name: str, like: str | None = None, folder: Path | str = ".") -> Path:
    """Start the file of a board that tinyml does not know, NAME.toml in `folder`, and return its path.

    Args:
        name: of the new board.
        like: a known board whose facts are the beginning.
        folder: where to write.

    Raises:
        BoardError: the name is not allowed or taken, `like` is not known, or the file exists.
    """
    return board_file.start(name, like, Path(folder))


def default_folder(model: Path | str, board: str) -> Path:
    """Return the folder that a project goes to where none is named, such as `kws-mps2-an386`."""
    return Path(f"{Path(model).stem}-{Path(board).stem if board.endswith('.toml') else board}")


def convert(
    model: Path | str,
    data: Path | str | None = None,
    out: Path | str | None = None,
    progress: Progress = _SILENT,
    force: bool = False,
    shape: Sequence[str] = (),
) -> tuple[Path, Converted]:
    """Convert a model to a fully int8 `.tflite` and write it.

    Args:
        model: a `.keras`, a `.h5` or a SavedModel folder; an int8 `.tflite` is taken untouched.
        data: representative samples, real values of shape [n, *shape]; not needed for a `.tflite`.
        out: the file to write; by default the model's name with the suffix `.tflite`, in the current folder.
        progress: hears of the stage.
        force: overwrite a file that nobody named with `out`.
        shape: shapes of inputs, such as "input=1,49,10,1"; see `tinyml.ops.shapes`.

    Returns:
        The file, and the model with its accuracy record.

    Raises:
        ModelError, SamplesError: the model or the samples cannot be used.
        InputError: the file exists, and nobody named it.
        MissingToolError: TensorFlow is needed and not installed.
    """
    path = Path(out) if out is not None else Path(f"{Path(model).stem}.tflite")
    if out is None and not force and path.exists() and not (Path(model).exists() and path.samefile(model)):
        raise InputError(f"{path} exists already", "Overwrite it with --force, or give another file with --out.")
    with progress.stage("convert") as stage:
        converted = _shaped(quantize.convert(Path(model), None if data is None else Path(data)), shape)
        write_atomically(path, converted.data)
        stage.text = conversion_text(converted)
    return path, converted


def _shaped(converted: Converted, shape: Sequence[str]) -> Converted:
    return dataclasses.replace(converted, data=shapes.fix(converted.data, shape))


def _plan(data: bytes, board: Board | None, choices: Choices, progress: Progress) -> Plan:
    with progress.stage("plan") as stage:
        plan = plan_for(graphs.read(data), board, choices)
        check_arena(plan, choices.ram_budget)
        stage.text = plan_text(plan)
    return plan


def inspect(
    model: Path | str,
    board: str | None = None,
    engine: str = ENGINE,
    place: Sequence[str] = (),
    progress: Progress = _SILENT,
    shape: Sequence[str] = (),
    optimize: str = OPTIMIZE,
    arrangement: str = ARRANGEMENT,
    ram_budget: str | None = None,
) -> tuple[Plan, Budget | None]:
    """Plan an int8 `.tflite`: its layers, arena and constants, and with a board what it needs there, and where.

    Args:
        model: the `.tflite`.
        board: a board's name, or the path of its TOML file.
        engine: "compiled" or "interpreter".
        place: memory regions for parts of the image, such as "arena=ccm".
        progress: hears of the stage.
        shape: shapes of inputs, such as "input=1,49,10,1".
        optimize: what specialised kernels are chosen for: "size", "balanced" or "speed".
        arrangement: "streamed" (layers take turns row by row), or "whole" (one after the other).
        ram_budget: the most bytes of the arena, such as "32k", for which some products are computed twice.

    Raises:
        ModelError: the file cannot be read, or an operator is not supported.
        BoardError: the board is not known, or has no such region.
        InputError: a placement is not understood, or not possible.
        FitError: the model does not fit the board.
    """
    choices = _choices(engine, optimize, arrangement, ram_budget)
    given = placement.parse(place)
    data = shapes.fix(tflite.load(Path(model)), shape)
    facts = None if board is None else board_files.load(board)
    plan = _plan(data, facts, choices, progress)
    return plan, None if facts is None else check_fit(plan, facts, engine, given)


def _choices(engine: str, optimize: str, arrangement: str, ram_budget: str | None) -> Choices:
    """Return the choices, which are known ones."""
    check_engine(engine)
    choices = Choices(engine, optimize, arrangement, None if ram_budget is None else parse_bytes(ram_budget))
    choices.check()
    return choices


def generate(
    model: Path | str,
    board: str,
    out: Path | str | None = None,
    prefix: str = PREFIX,
    force: bool = False,
    progress: Progress = _SILENT,
    engine: str = ENGINE,
    operators: str = OPERATORS,
    place: Sequence[str] = (),
    shape: Sequence[str] = (),
    optimize: str = OPTIMIZE,
    arrangement: str = ARRANGEMENT,
    ram_budget: str | None = None,
    slots: int = SLOTS,
) -> Project:
    """Write the firmware project of an int8 `.tflite` for a board.

    Args:
        model: the `.tflite`.
        board: a board's name, or the path of its TOML file.
        out: the project's folder; by default MODEL-BOARD in the current folder.
        prefix: the beginning of the model's C names.
        force: overwrite generated files that were edited.
        progress: hears of the stages.
        engine: "compiled" (to C), or "interpreter" (of the flatbuffer itself, on the device).
        operators: what the interpreter can run: those of the "model", or "all".
        place: memory regions for parts of the image, such as "arena=ccm"; the plan chooses the others.
        shape: shapes of inputs, such as "input=1,49,10,1".
        optimize: what specialised kernels are chosen for: "size", "balanced" or "speed".
        arrangement: "streamed" (layers take turns row by row), or "whole" (one after the other).
        ram_budget: the most bytes of the arena, such as "32k", for which some products are computed twice.
        slots: the most bytes of a model that `swap` sends in place of this one; 0: none can be.

    Raises:
        ModelError, BoardError, FitError: the model or the board cannot be used; nothing is written.
        ProjectError: the folder holds something else, or files that were edited.
    """
    choices = _choices(engine, optimize, arrangement, ram_budget)
    data = shapes.fix(tflite.load(Path(model)), shape)
    facts = board_files.load(board)
    plan = _plan(data, facts, choices, progress)
    folder, file = _folder(model, board, out), Path(model)
    return _generate(
        plan, file.name, file, facts, folder, prefix, force, progress, choices, operators, place, shape, slots
    )


def _folder(model: Path | str, board: str, out: Path | str | None) -> Path:
    return Path(out) if out is not None else default_folder(model, board)


def _generate(
    plan: Plan,
    model_name: str,
    file: Path,
    board: Board,
    out: Path,
    prefix: str,
    force: bool,
    progress: Progress,
    choices: Choices,
    operators: str,
    place: Sequence[str],
    shape: Sequence[str],
    slots: int,
) -> Project:
    given = placement.parse(place)
    with progress.stage("generate") as stage:
        origin = command.origin(model_name, file, board.name, prefix, choices, operators, slots, place, shape)
        board, places = slot_memory.reserve(board, slots) if slots else (board, None)
        needs = check_fit(plan, board, choices.engine, given)
        with locked(out):
            project = write_project(plan, board, origin, out, force, choices.engine, operators, given, places)
        stage.text = f"{len(project.manifest['files'])} files in {out}; {memory_text(needs)}"
    return project


def build(project: Path | str, progress: Progress = _SILENT) -> Image:
    """Build a project's firmware through PlatformIO.

    Raises:
        ProjectError: there is no project.
        MissingToolError: the compiler is missing.
        BuildError: the compiler refuses the project.
    """
    folder = Project.load(Path(project)).path
    with progress.stage("build") as stage, locked(folder):
        image = build_image(folder)
        sizes = image.sizes
        stage.text = f"flash {sizes.flash_total:,} bytes (code {sizes.code:,}, constants {sizes.constants:,})"
    return image


def flash(project: Path | str, port: str | None = None, progress: Progress = _SILENT) -> tuple[Image, Board]:
    """Write a built project into the flash of its board, which is connected.

    Args:
        project: the project's folder.
        port: the board's serial port or its bootloader's drive, for boards that need one.
        progress: hears of the stage.

    Raises:
        ProjectError: there is no project, or it is not built.
        BoardError: the board's file does not say how.
        DeviceError: the tool or the board is missing, or the tool failed.
    """
    return _flash(Path(project), port, progress)


def _flash(folder: Path, port: str | None, progress: Progress) -> tuple[Image, Board]:
    made = Project.load(folder)
    image, board = Image.load(made.path), made.board()
    with progress.stage("flash") as stage, locked(made.path):
        write_flash(image, board, port)
        stage.text = f"{image.sizes.flash_total:,} bytes by {board.upload.tool if board.upload else 'nothing'}"
    return image, board


def run(
    project: Path | str,
    data: Path | str | None = None,
    random: int | None = None,
    seed: int = 0,
    limit: int = LIMIT,
    target: str = TARGET,
    port: str | None = None,
    mode: str = MODES[0],
    progress: Progress = _SILENT,
) -> Run:
    """Run samples on a built project's board or emulator; save the outputs as `outputs.npz` in the project.

    Args:
        project: the project's folder.
        data: samples (see `tinyml.samples`), real values or int8, shape [n, *shape].
        random: how many seeded random int8 inputs to send instead.
        seed: the seed of the random inputs.
        limit: at most this many samples, evenly spread; 0 for all.
        target: "qemu", "renode", or "serial" for a board.
        port: the board's serial port.
        mode: "measure" sends a sample when the one before it is answered and counts instructions; "throughput"
            keeps samples on their way while the device computes, and counts nothing.
        progress: hears of the stages.

    Raises:
        InputError: the mode is not known.
        ProjectError: there is no project, or it is not built.
        SamplesError: the samples cannot be used, or none are given.
        MissingToolError, DeviceError: the emulator or the board is missing or does not answer.
    """
    if mode not in MODES:
        raise InputError(f"the mode {mode!r} is not known", f"Choose one of {', '.join(MODES)}.")
    made = _running(Project.load(Path(project)), target, port)
    plan = made.plan()
    selection = Selection(None if data is None else Path(data), random, seed, limit)
    chosen, _ = select(plan.graph, selection)
    with start(Image.load(made.path), made.board(), target, port) as session:
        tell_crash(session, progress)
        measurer = measurer_of(session, plan, made)
        with progress.stage("run") as stage:
            count = len(chosen)
            if mode == MODES[0]:
                measured = measurer.run(chosen.inputs, progress=lambda done: stage.advance(done, count))
            else:
                session.hurry()
                measured = measurer.stream(chosen.inputs, session.baud, lambda done: stage.advance(done, count))
            stage.text = f"{count} samples"
    file = made.path / OUTPUTS
    write_arrays(file, {f"output{i}": values for i, values in enumerate(measured.outputs)})
    return Run(made.path, measured, file)


def _running(project: Project, target: str, port: str | None) -> Project:
    """Return `project` with the model that its device runs, which is asked where one was ever swapped."""
    board = project.board()
    check_target(board, target, port)
    if not project.has_swapped():
        return project
    with start(Image.load(project.path), board, target, port) as session:
        return project.running(session.hello.model_sha256.hex())


def validate(
    project: Path | str,
    data: Path | str | None = None,
    random: int | None = None,
    seed: int = 0,
    limit: int = LIMIT,
    target: str = TARGET,
    port: str | None = None,
    progress: Progress = _SILENT,
    desk: bool = True,
) -> dict[str, Any]:
    """Run samples on a built project and compare every byte with TFLM's; write and return the record.

    Arguments are those of `run`; `desk` says whether the desktop's interpreter is asked too, which takes seconds
    and is no part of the proof. Without samples, those recorded in the project are sent; on a machine without
    TFLM's interpreter that is the only way.

    Raises:
        The errors of `run`, and ModelError where TFLM refuses the model.
    """
    made = _running(Project.load(Path(project)), target, port)
    selection = Selection(None if data is None else Path(data), random, seed, limit)
    return _validate(made, selection, target, port, progress, desk=desk)


def _expectations(
    project: Project, plan: Plan, selection: Selection, progress: Progress
) -> tuple[Expectations, Samples | None, npt.NDArray[np.intp]]:
    """Return what the device must answer, the samples chosen from the user's (or None) and which they are."""
    if not selection.given:
        recorded = Expectations.load(project.path, plan)
        return recorded, None, np.arange(len(recorded))
    chosen, indices = select(plan.graph, selection)
    with progress.stage("expect") as stage:
        expected = expect(plan, chosen.inputs)
        stage.text = f"{len(expected)} samples through {expected.oracle}"
    expected.save(project.path)
    return expected, chosen, indices


def _validate(
    project: Project,
    selection: Selection,
    target: str,
    port: str | None,
    progress: Progress,
    converted: Converted | None = None,
    desk: bool = True,
) -> dict[str, Any]:
    plan = project.plan()
    image = Image.load(project.path)
    expected, chosen, indices = _expectations(project, plan, selection, progress)
    with progress.stage("start") as stage:
        session = start(image, project.board(), target, port)
        stage.text = session.target_version
    tell_crash(session, progress)
    with session, progress.stage("run") as stage:
        measurer = measurer_of(session, plan, project)
        measured = measurer.run(
            expected.inputs,
            expected,
            oracle=oracle_available(),
            progress=lambda done: stage.advance(done, len(expected)),
        )
        stage.text = f"{sum(measured.exact)} of {len(expected)} samples bit-exact"
    if measured.mismatch is not None:
        with progress.stage("trace"):
            located = trace.locate(project, measured.mismatch, expected.inputs, target)
        measured = dataclasses.replace(measured, mismatch=located)
    record = records.make(
        project,
        image,
        target,
        session.target_version,
        session.hello.clock_hz,
        expected.oracle,
        measured,
        source=source(selection),
        samples_sha256=expected.inputs_sha256,
        desk=desk_agreement(plan, expected.inputs, measured.outputs, progress) if desk else None,
        float_model=float_agreement(converted, measured.outputs, indices),
        labels=label_agreement(chosen, measured.outputs),
    )
    if converted is not None and converted.accuracy is not None:
        record["conversion"] = records.conversion(converted)
    records.write(project.path, record)
    return record


def swap(
    model: Path | str,
    project: Path | str,
    data: Path | str | None = None,
    random: int = SWAP_SAMPLES,
    seed: int = 0,
    limit: int = LIMIT,
    target: str = TARGET,
    port: str | None = None,
    progress: Progress = _SILENT,
    shape: Sequence[str] = (),
) -> Swap:
    """Replace the model of a running device: send it, hold its answers against TFLM's, and then keep it.

    Args:
        model: an int8 `.tflite`.
        project: the folder of the project, whose firmware (engine "interpreter", with slots) the device runs.
        data: samples that the model has to prove itself by; without them `random` seeded ones are sent.
        random, seed, limit, target, port: as for `run`.
        progress: hears of the stages.
        shape: shapes of inputs, such as "input=1,49,10,1".

    Raises:
        ModelError, SamplesError: the model or the samples cannot be used.
        ProjectError: the project's firmware has no slots.
        The errors of `Swapper.run`; the device then runs the model that it had.
    """
    made = Project.load(Path(project))
    made.check_slots()
    check_target(made.board(), target, port)
    plan = offline.attach(
        _plan(shapes.fix(tflite.load(Path(model)), shape), None, Choices("interpreter"), progress)
    )
    selection = Selection(Path(data), None, seed, limit) if data else Selection(None, random, seed, limit)
    chosen, _ = select(plan.graph, selection)
    with progress.stage("expect") as stage:
        expected = expect(plan, chosen.inputs)
        stage.text = f"{len(expected)} samples through {expected.oracle}"
    with locked(made.path), start(Image.load(made.path), made.board(), target, port) as session:
        swapper = Swapper(session.client, made.manifest["build_id"], plan, expected)
        with progress.stage("swap") as stage:
            size = len(plan.graph.data)
            swapped = swapper.run(
                lambda: made.add_swapped(plan.graph.data, plan.graph.sha256),
                lambda done: stage.advance(done, size),
            )
            stage.text = f"{size:,} bytes, {swapped.samples} samples bit-exact, swap {swapped.sequence}"
    expected.save(made.path)
    return swapped


def deploy(
    model: Path | str,
    board: str,
    data: Path | str | None = None,
    test: Path | str | None = None,
    random: int | None = None,
    seed: int = 0,
    limit: int = LIMIT,
    out: Path | str | None = None,
    prefix: str = PREFIX,
    force: bool = False,
    target: str = TARGET,
    port: str | None = None,
    progress: Progress = _SILENT,
    engine: str = ENGINE,
    operators: str = OPERATORS,
    place: Sequence[str] = (),
    flash: bool = False,
    shape: Sequence[str] = (),
    optimize: str = OPTIMIZE,
    arrangement: str = ARRANGEMENT,
    ram_budget: str | None = None,
    slots: int = SLOTS,
) -> dict[str, Any]:
    """Take a model to a board and prove it there: convert, plan, generate, build, run, compare.

    Args:
        model: a `.keras`, a `.h5`, a SavedModel folder or an int8 `.tflite`.
        board: a board's name, or the path of its TOML file.
        data: samples; they calibrate a float model, and are sent to the board.
        test: samples to send instead of those of `data`.
        random: how many seeded random int8 inputs to send instead.
        seed: the seed of the random inputs.
        limit: at most this many samples are sent, evenly spread; 0 for all.
        out: the project's folder; by default MODEL-BOARD in the current folder.
        prefix: the beginning of the model's C names.
        force: overwrite generated files of the project that were edited.
        target: "qemu", "renode", or "serial" for a board that is connected.
        port: the board's serial port.
        progress: hears of the stages.
        engine: "compiled" (to C), or "interpreter" (of the flatbuffer itself, on the device).
        operators: what the interpreter can run: those of the "model", or "all".
        place: memory regions for parts of the image, such as "arena=ccm"; the plan chooses the others.
        flash: write the image into the board first; without it, the board runs it already.
        shape: shapes of inputs, such as "input=1,49,10,1".
        optimize: what specialised kernels are chosen for: "size", "balanced" or "speed".
        arrangement: "streamed" (layers take turns row by row), or "whole" (one after the other).
        ram_budget: the most bytes of the arena, such as "32k", for which some products are computed twice.
        slots: the most bytes of a model that `swap` sends in place of this one; 0: none can be.

    Returns:
        The record, as in `record.json` in the project's folder.

    Raises:
        The errors of `convert`, `generate`, `build`, `flash` and `validate`.
    """
    if flash and target != "serial":
        raise InputError(f"--flash is for boards, not for the target {target}", "Add --target serial --port PORT.")
    model = Path(model)
    data, test = (None if path is None else Path(path) for path in (data, test))
    # A misspelt board or placement and a missing emulator are told before minutes of conversion.
    facts = board_files.load(board)
    check_target(facts, target, port)
    choices = _choices(engine, optimize, arrangement, ram_budget)
    placement.parse(place)
    with progress.stage("convert") as stage:
        converted = _shaped(quantize.convert(model, data, test), shape)
        stage.text = conversion_text(converted)
    plan = _plan(converted.data, facts, choices, progress)
    sent = test or (data if random is None else None)
    selection = Selection(sent, random, seed, limit)
    if not selection.given:
        raise SamplesError("there are no samples to send", "Give --data FILE, or --random N for random inputs.")
    folder = _folder(model, board, out)
    name = f"{model.stem}.tflite"
    project = _generate(
        plan, name, model, facts, folder, prefix, force, progress, choices, operators, place, shape, slots
    )
    build(folder, progress)
    if flash:
        _flash(folder, None, progress)
    # The float model's outputs belong to samples of a file; random inputs have none.
    known = converted if random is None else None
    return _validate(project, selection, target, port, progress, known)

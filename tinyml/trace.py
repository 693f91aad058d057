"""Where a model goes wrong whose layers take turns: another image of it, with whole layers one after the other."""

from dataclasses import replace

from tinyml import graph as graphs
from tinyml.build import build
from tinyml.emit import plan_for
from tinyml.errors import TinymlError
from tinyml.generate import Origin, Project, generate
from tinyml.measure.expectations import expect
from tinyml.measure.interpreter import Array
from tinyml.measure.measurements import Mismatch, measurer_of
from tinyml.run import start

FOLDER = "trace"  # inside the project
_PLAN = (
    "the model's own layers, one after the other, give the right bits: the plan is to blame, by which layers take "
    "turns and write over what was read. Please report it with the model; `--arrangement whole` does without"
)


def _noted(found: Mismatch, note: str) -> Mismatch:
    return replace(found, note="; ".join(filter(None, (found.note, note))))


def locate(project: Project, found: Mismatch, inputs: tuple[Array, ...], target: str) -> Mismatch:
    """Return the mismatch `found` with the layer of the model that is wrong, or with the blame for the plan.

    Args:
        project: what was run.
        found: how it differs from the oracle.
        inputs: the samples, one array of shape [n, *shape] for each input of the model.
        target: an emulator; an image for a board has to be written into it by its user.
    """
    choices = project.choices()
    if choices.engine != "compiled" or choices.arrangement == "whole":
        return found
    if project.changed():
        return _noted(found, "files of the project were edited since they were generated")
    if target == "serial":
        return _noted(found, "generate with --arrangement whole, flash and validate again to see the layer alone")
    try:
        traced = _run(project, tuple(values[found.sample : found.sample + 1] for values in inputs), target)
    except TinymlError as error:
        return _noted(found, f"an image with whole layers could not be run: {error}")
    return _noted(found, _PLAN) if traced is None else replace(traced, sample=found.sample)


def _run(project: Project, inputs: tuple[Array, ...], target: str) -> Mismatch | None:
    """Return how one sample differs on an image with whole layers."""
    board, manifest = project.board(), project.manifest
    choices = replace(project.choices(), arrangement="whole", ram_budget=None)
    plan = plan_for(graphs.read(project.plan().graph.data), board, choices)
    origin = Origin(manifest["model"]["path"], f"{manifest['command']} --arrangement whole", manifest["prefix"])
    made = generate(plan, board, origin, project.path / FOLDER, force=True)
    image = build(made.path)
    expected = expect(plan, inputs)
    with start(image, board, target) as session:
        return measurer_of(session, plan, made).run(expected.inputs, expected, oracle=True).mismatch

"""`tinyml generate`: a model and a board become a firmware project."""

from tinyml.cli import options
from tinyml.defaults import ARRANGEMENT, ENGINE, OPERATORS, OPTIMIZE, PREFIX, SLOTS


def command(
    model: options.Tflite,
    board: options.BoardName,
    out: options.Out = None,
    prefix: options.Prefix = PREFIX,
    force: options.Force = False,
    engine: options.Engine = ENGINE,
    operators: options.Operators = OPERATORS,
    place: options.Place = None,
    shape: options.Shape = None,
    optimize: options.Optimize = OPTIMIZE,
    arrangement: options.Arrangement = ARRANGEMENT,
    ram_budget: options.RamBudget = None,
    slots: options.Slots = SLOTS,
    json: options.Json = False,
) -> None:
    """Write the firmware project of a model for a board: a folder that builds with PlatformIO alone."""
    from tinyml import pipeline
    from tinyml.report import facts, terminal

    project = pipeline.generate(
        model,
        board,
        out=out,
        prefix=prefix,
        force=force,
        engine=engine,
        operators=operators,
        place=place or (),
        shape=shape or (),
        optimize=optimize,
        arrangement=arrangement,
        ram_budget=ram_budget,
        slots=slots,
        progress=terminal.progress(json),
    )
    terminal.show(facts.project(project), json)

"""`tinyml deploy`: the whole chain."""

import typer

from tinyml.cli import options
from tinyml.defaults import ARRANGEMENT, ENGINE, LIMIT, OPERATORS, OPTIMIZE, PREFIX, SLOTS, TARGET


def command(
    model: options.Model,
    board: options.BoardName,
    data: options.Data = None,
    test: options.Test = None,
    random: options.Random = None,
    seed: options.Seed = 0,
    limit: options.Limit = LIMIT,
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
    target: options.Target = TARGET,
    port: options.Port = None,
    flash: options.Flash = False,
    json: options.Json = False,
) -> None:
    """Take a model to a board and prove it there, bit for bit; exit 1 where a sample differs."""
    from pathlib import Path

    from tinyml import pipeline
    from tinyml.report import terminal

    record = pipeline.deploy(
        model,
        board,
        data=data,
        test=test,
        random=random,
        seed=seed,
        limit=limit,
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
        target=target,
        port=port,
        flash=flash,
        progress=terminal.progress(json),
    )
    terminal.show_record(record, Path(out or pipeline.default_folder(model, board)), json)
    raise typer.Exit(terminal.exit_code(record))

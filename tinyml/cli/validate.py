"""`tinyml validate`: a built project against the oracle."""

import typer

from tinyml.cli import options
from tinyml.defaults import LIMIT, TARGET


def command(
    project: options.ProjectDir,
    data: options.Data = None,
    random: options.Random = None,
    seed: options.Seed = 0,
    limit: options.Limit = LIMIT,
    target: options.Target = TARGET,
    port: options.Port = None,
    json: options.Json = False,
) -> None:
    """Run samples on the board and compare every byte with TFLM's; exit 1 where one differs.

    Without --data and --random the expectations recorded in the project are used.
    """
    from tinyml import pipeline
    from tinyml.report import terminal

    record = pipeline.validate(
        project,
        data=data,
        random=random,
        seed=seed,
        limit=limit,
        target=target,
        port=port,
        progress=terminal.progress(json),
    )
    terminal.show_record(record, project, json)
    raise typer.Exit(terminal.exit_code(record))

"""`tinyml replay`: a record's work done again."""

from pathlib import Path
from typing import Annotated

import typer

from tinyml.cli import options


def command(
    record: Annotated[Path, typer.Argument(help="A record.json, or a project folder that holds one.")],
    model: Annotated[
        Path | None,
        typer.Option("--model", help="The int8 .tflite, where it is not beside the record.", show_default=False),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="The samples, where they are not beside the record.", show_default=False),
    ] = None,
    board: Annotated[
        str | None, typer.Option("--board", help="The board's TOML file, where it is not beside the record.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Keep the generated project in this folder.", show_default=False)
    ] = None,
    port: options.Port = None,
    flash: options.Flash = False,
    json: options.Json = False,
) -> None:
    """Generate, build, run and measure again what a record says; exit 1 where a figure or a hash differs."""
    from tinyml import replay
    from tinyml.report import terminal

    given = replay.Given(model, data, board, port, flash)
    found = replay.replay(record, given, out, progress=terminal.progress(json))
    terminal.show_replay(found, json)
    raise typer.Exit(0 if found["same"] else 1)

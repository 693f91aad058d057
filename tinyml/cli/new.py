"""`tinyml new`: a starter to begin from."""

from pathlib import Path
from typing import Annotated

import typer

from tinyml.cli import options


def command(
    name: Annotated[str, typer.Argument(help="The starter: keyword-spotting.")],
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    json: options.Json = False,
) -> None:
    """Write a small example to begin from; its data is made on this machine."""
    from tinyml import starter
    from tinyml.report import facts, terminal

    terminal.show(facts.starter(folder, starter.create(name, folder)), json)

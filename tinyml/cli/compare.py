"""`tinyml compare`: two records side by side."""

from pathlib import Path
from typing import Annotated

import typer

from tinyml.cli import options


def command(
    first: Annotated[Path, typer.Argument(help="A record.json, or a project folder that holds one.")],
    second: Annotated[Path, typer.Argument(help="Another one.")],
    json: options.Json = False,
) -> None:
    """Show two records side by side: other boards, other engines, before and after a change."""
    from tinyml.report import comparison, terminal

    terminal.show(comparison.compare(comparison.load(first), comparison.load(second)), json)

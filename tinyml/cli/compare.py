"""`tinyml compare`: two records side by side, and a gate against regressions."""

from pathlib import Path
from typing import Annotated

import typer

from tinyml.cli import options


def command(
    first: Annotated[Path, typer.Argument(help="A record.json, or a project folder that holds one.")],
    second: Annotated[Path, typer.Argument(help="Another one.")],
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-if",
            metavar="CONDITION",
            help="Exit with 1 where this holds for SECOND: 'instructions > +2%', 'flash > +1024', 'stack > 2048', "
            "'exact < 100%'; a limit with a sign is a change from FIRST. May be repeated.",
            show_default=False,
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Show two records side by side: other boards, other engines, before and after a change."""
    from tinyml.report import comparison, gate, terminal

    conditions = [gate.parse(text) for text in fail_if or ()]
    records = comparison.load(first), comparison.load(second)
    results = [gate.check(condition, *records) for condition in conditions]
    terminal.show(comparison.compare(*records) | (gate.facts(results) if results else {}), json)
    raise typer.Exit(int(any(result.breached for result in results)))

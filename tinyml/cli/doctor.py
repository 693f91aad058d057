"""`tinyml doctor`: what is installed and what is missing."""

import typer

from tinyml.cli import options
from tinyml.errors import MissingToolError


def command(json: options.Json = False) -> None:
    """Check the tools that the chain needs, and say exactly what to install; exit 3 where one is missing."""
    from tinyml import doctor
    from tinyml.report import facts, terminal

    checks = doctor.check()
    terminal.show(facts.doctor(checks), json)
    if any(check.required and not check.found for check in checks):
        raise typer.Exit(MissingToolError.exit_code)

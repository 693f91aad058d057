"""`tinyml boards`: the boards that are known."""

from tinyml.cli import options


def command(json: options.Json = False) -> None:
    """List the boards that are known, how each can be run here, and what was proven for it."""
    from tinyml import pipeline
    from tinyml.report import facts, terminal

    terminal.show(facts.boards(pipeline.boards()), json)

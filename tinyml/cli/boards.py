"""`tinyml boards`: the boards that are known, one of them whole, or a file for one that is not."""

from typing import Annotated

import typer

from tinyml.cli import options
from tinyml.errors import InputError


def command(
    name: Annotated[
        str | None, typer.Argument(help="A board, or a board file: show all of it.", show_default=False)
    ] = None,
    new: Annotated[
        str | None,
        typer.Option("--new", metavar="NAME", help="Start NAME.toml here, for another board.", show_default=False),
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(
            "--like", metavar="BOARD", help="With --new: begin from this board's facts.", show_default=False
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """List the known boards: how each can be run here, what was proven for it. Show one whole, or start one."""
    from tinyml import pipeline
    from tinyml.report import facts, terminal

    if new is not None and name is not None:
        raise InputError(f"both {name!r} and --new are given", "Give one of them.")
    if like is not None and new is None:
        raise InputError("--like is given without --new", "Name the new board: --new NAME --like BOARD.")
    if new is not None:
        terminal.show(facts.new_board(pipeline.new_board(new, like)), json)
    elif name is not None:
        terminal.show_board(facts.board(pipeline.board(name)), json)
    else:
        terminal.show_boards(facts.boards(pipeline.boards()), json)

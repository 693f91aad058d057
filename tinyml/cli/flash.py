"""`tinyml flash`: an image goes into the flash of a board."""

from typing import Annotated

import typer

from tinyml.cli import options


def command(
    project: options.ProjectDir,
    port: Annotated[
        str | None,
        typer.Option(
            "--port",
            help="The board's serial port, or its bootloader's drive, where it needs one.",
            show_default=False,
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Write a built project into the flash of its board, which is connected; the image starts."""
    from tinyml import pipeline
    from tinyml.report import facts, terminal

    image, board = pipeline.flash(project, port, progress=terminal.progress(json))
    terminal.show(facts.flash(image, board), json)

"""`tinyml convert`: a Keras model becomes an int8 flatbuffer."""

from pathlib import Path
from typing import Annotated

import typer

from tinyml.cli import options


def command(
    model: options.Model,
    data: options.Data = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="The .tflite file to write.", show_default="MODEL.tflite")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite MODEL.tflite where it exists.")] = False,
    shape: options.Shape = None,
    json: options.Json = False,
) -> None:
    """Convert a Keras model to a fully int8 .tflite, calibrated with samples."""
    from tinyml import pipeline
    from tinyml.report import facts, terminal

    path, converted = pipeline.convert(
        model, data=data, out=out, progress=terminal.progress(json), force=force, shape=shape or ()
    )
    terminal.show(facts.conversion(path, converted), json)

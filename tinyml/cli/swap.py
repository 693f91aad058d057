"""`tinyml swap`: another model takes the place of the one that a device runs."""

from typing import Annotated

import typer

from tinyml.cli import options
from tinyml.defaults import LIMIT, SWAP_SAMPLES, TARGET


def command(
    model: options.Tflite,
    project: options.ProjectDir,
    data: options.Data = None,
    random: Annotated[
        int, typer.Option("--random", min=1, help="Without --data, prove it by this many seeded random inputs.")
    ] = SWAP_SAMPLES,
    seed: options.Seed = 0,
    limit: options.Limit = LIMIT,
    shape: options.Shape = None,
    target: options.Target = TARGET,
    port: options.Port = None,
    json: options.Json = False,
) -> None:
    """Replace the model of a running firmware that was generated with --engine interpreter and --slots.

    The old model stays until the new one has answered its samples as TFLM does; power may go at any moment.
    """
    from tinyml import pipeline
    from tinyml.report import facts, terminal

    swapped = pipeline.swap(
        model,
        project,
        data=data,
        random=random,
        seed=seed,
        limit=limit,
        target=target,
        port=port,
        shape=shape or (),
        progress=terminal.progress(json),
    )
    terminal.show(facts.swap(model, project, swapped, target), json)

"""`tinyml run`: a built project runs samples."""

from tinyml.cli import options
from tinyml.defaults import LIMIT, MODES, TARGET


def command(
    project: options.ProjectDir,
    data: options.Data = None,
    random: options.Random = None,
    seed: options.Seed = 0,
    limit: options.Limit = LIMIT,
    target: options.Target = TARGET,
    port: options.Port = None,
    mode: options.Mode = MODES[0],
    json: options.Json = False,
) -> None:
    """Start a built project on its board or emulator, send samples, and save the outputs beside it."""
    from tinyml import pipeline
    from tinyml.report import facts, terminal

    result = pipeline.run(
        project,
        data=data,
        random=random,
        seed=seed,
        limit=limit,
        target=target,
        port=port,
        mode=mode,
        progress=terminal.progress(json),
    )
    terminal.show(facts.run(result), json)

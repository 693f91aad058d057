"""`tinyml build`: a project becomes an image."""

from tinyml.cli import options


def command(project: options.ProjectDir, json: options.Json = False) -> None:
    """Build a project's firmware through PlatformIO and tell its sizes."""
    from tinyml import pipeline
    from tinyml.report import facts, terminal

    image = pipeline.build(project, progress=terminal.progress(json))
    terminal.show(facts.image(image), json)

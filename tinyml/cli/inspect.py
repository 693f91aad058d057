"""`tinyml inspect`: a model's plan."""

from tinyml.cli import options
from tinyml.defaults import ENGINE, OPTIMIZE


def command(
    model: options.Tflite,
    board: options.OptionalBoard = None,
    engine: options.Engine = ENGINE,
    place: options.Place = None,
    shape: options.Shape = None,
    optimize: options.Optimize = OPTIMIZE,
    json: options.Json = False,
) -> None:
    """Show a model's operators, memory and constants before anything is built."""
    from tinyml import pipeline
    from tinyml.report import facts, terminal

    plan, budget = pipeline.inspect(model, board, engine, place or (), shape=shape or (), optimize=optimize)
    terminal.show(facts.plan(plan, budget), json)

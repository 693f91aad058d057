"""`tinyml inspect`: a model's plan."""

from tinyml.cli import options
from tinyml.defaults import ENGINE


def command(
    model: options.Tflite,
    board: options.OptionalBoard = None,
    engine: options.Engine = ENGINE,
    place: options.Place = None,
    shape: options.Shape = None,
    json: options.Json = False,
) -> None:
    """Show a model's operators, memory and constants before anything is built."""
    from tinyml import pipeline
    from tinyml.report import facts, terminal

    plan, budget = pipeline.inspect(model, board, engine, place or (), shape=shape or ())
    terminal.show(facts.plan(plan, budget), json)

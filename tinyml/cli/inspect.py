"""`tinyml inspect`: a model's plan."""

from tinyml.cli import options


def command(model: options.Tflite, board: options.OptionalBoard = None, json: options.Json = False) -> None:
    """Show a model's operators, memory and constants before anything is built."""
    from tinyml import pipeline
    from tinyml.report import facts, terminal

    plan, budget = pipeline.inspect(model, board)
    terminal.show(facts.plan(plan, budget), json)

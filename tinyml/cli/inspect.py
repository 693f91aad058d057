"""`tinyml inspect`: a model's plan."""

from typing import Annotated

import typer

from tinyml.cli import options
from tinyml.defaults import ARRANGEMENT, ENGINE, OPTIMIZE


def command(
    model: options.Tflite,
    board: options.OptionalBoard = None,
    engine: options.Engine = ENGINE,
    place: options.Place = None,
    shape: options.Shape = None,
    optimize: options.Optimize = OPTIMIZE,
    arrangement: options.Arrangement = ARRANGEMENT,
    ram_budget: options.RamBudget = None,
    map: Annotated[bool, typer.Option("--map", help="Draw who has which bytes of the arena when.")] = False,
    json: options.Json = False,
) -> None:
    """Show a model's operators, memory and constants before anything is built."""
    from tinyml import pipeline
    from tinyml.plan import occupancy
    from tinyml.report import facts, terminal

    plan, budget = pipeline.inspect(
        model,
        board,
        engine,
        place or (),
        shape=shape or (),
        optimize=optimize,
        arrangement=arrangement,
        ram_budget=ram_budget,
    )
    told = facts.plan(plan, budget)
    if map and json:
        told["arena"] = facts.arena(plan)
    terminal.show(told, json)
    if map and not json:
        print(f"\n{occupancy.text(plan)}")

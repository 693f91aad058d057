"""The command that a project comes from, as its files tell it."""

from collections.abc import Sequence
from pathlib import Path

from tinyml.defaults import ARRANGEMENT, ENGINE, OPERATORS, OPTIMIZE, PREFIX, SLOTS
from tinyml.emit import Choices
from tinyml.generate.source import Origin


def origin(
    model_name: str,
    file: Path,
    board: str,
    prefix: str,
    choices: Choices,
    operators: str,
    slots: int,
    place: Sequence[str],
    shape: Sequence[str],
) -> Origin:
    """Return where a project comes from: its command says what was chosen otherwise than by default.

    Args:
        model_name: the base name of the `.tflite`.
        file: the file that the user named.
        board: the board's name.
        prefix, choices, operators, slots, place, shape: the options of `tinyml.pipeline.generate`.
    """
    said = {
        "engine": (choices.engine, ENGINE),
        "operators": (operators, OPERATORS),
        "prefix": (prefix, PREFIX),
        "optimize": (choices.optimize, OPTIMIZE),
        "arrangement": (choices.arrangement, ARRANGEMENT),
        "ram_budget": (None if choices.ram_budget is None else str(choices.ram_budget), None),
        "slots": (slots, SLOTS),
    }
    command = f"tinyml generate {model_name} --board {board}"
    for name, (value, default) in said.items():
        if value != default:
            command += f" --{name.replace('_', '-')} {value}"
    command += "".join(f" --place {text}" for text in place)
    command += "".join(f" --shape {text}" for text in shape)
    given = {name: value for name, (value, _) in said.items() if value is not None}
    options = given | {"place": list(place), "shape": list(shape)}
    return Origin(model_name, command, prefix, "" if file.is_absolute() else file.as_posix(), options)

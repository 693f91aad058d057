"""A record's work done again: the same sources generated, built, run and measured, and held against the record.

A record names its model, board and samples by their hashes. They are looked for beside the record, where a project
keeps them, and at the path that the model had; what is found elsewhere is given by its path.
"""

import contextlib
import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tinyml import board as board_files
from tinyml import graph as graphs
from tinyml import pipeline
from tinyml.board import Board
from tinyml.errors import BoardError, ModelError, ProjectError, SamplesError, TinymlError
from tinyml.files import write_arrays, write_atomically
from tinyml.generate.project import BOARD, EXPECTATIONS, MODEL, RECORD
from tinyml.measure.expectations import Expectations
from tinyml.ops import shapes
from tinyml.plan import make as make_plan
from tinyml.progress import Progress
from tinyml.report import comparison, replayed
from tinyml.report.record import SCHEMA
from tinyml.run import check as check_target

_SILENT = Progress()
_TEXTS = ("engine", "operators", "prefix", "optimize", "arrangement", "ram_budget")  # options of one text each
_NUMBERS = ("slots",)
_LISTS = ("place", "shape")  # those that are several


@dataclass(frozen=True)
class Given:
    """What the user gives because it is not where the record lies; None for what is there.

    Attributes:
        model: the int8 `.tflite`.
        data: the file of samples, as it was given then.
        board: the board's name or file.
        port: the serial port, for a record of a real board.
        flash: whether to write the image into that board first.
    """

    model: Path | None = None
    data: Path | None = None
    board: str | None = None
    port: str | None = None
    flash: bool = False


@dataclass(frozen=True)
class Recipe:
    """What a record says of how it was made.

    Attributes:
        record: the record.
        folder: where it lies.
        model_name: the base name of the model's file.
        model_file: its path where that was relative; else empty.
        model_sha256, board_sha256, samples_sha256: hashes (hexadecimal).
        board: the board's name.
        target: how it ran.
        options: arguments of `tinyml.generate`.
        random: how many random samples of which seed; None where they came from a file.
        samples: how many samples ran.
    """

    record: Mapping[str, Any]
    folder: Path
    model_name: str
    model_file: str
    model_sha256: str
    board: str
    board_sha256: str
    target: str
    options: Mapping[str, Any]
    random: tuple[int, int] | None
    samples: int
    samples_sha256: str

    @staticmethod
    def load(path: Path) -> "Recipe":
        """Return what the record in the file or project folder `path` says.

        Raises:
            ProjectError: there is no record, it cannot be read, or it does not hold what a replay needs.
        """
        record = comparison.load(path)
        file = path / RECORD if path.is_dir() else path
        schema = record.get("schema")
        if schema != SCHEMA:
            raise ProjectError(
                f"the record {str(file)!r} has the schema {schema}, and this tinyml replays {SCHEMA}",
                f"Replay it with the tinyml that wrote it ({record.get('tinyml', 'not known')}), or measure anew.",
            )
        try:
            return _recipe(record, file.parent)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ProjectError(
                f"the record {str(file)!r} does not say how it was made: {error!r}",
                "Generate the project again with this tinyml and validate it.",
            ) from None


def _recipe(record: Mapping[str, Any], folder: Path) -> Recipe:
    model, hashes, source = record["model"], record["hashes"], record["source"]
    return Recipe(
        record=record,
        folder=folder,
        model_name=Path(str(model["path"])).name or MODEL,
        model_file=str(model.get("file") or ""),
        model_sha256=_hash(model["sha256"]),
        board=str(record["board"]),
        board_sha256=_hash(hashes["board"]),
        target=str(record["target"]),
        options=_options(record["options"]),
        random=(int(source["random"]), int(source["seed"])) if "random" in source else None,
        samples=int(record["samples"]),
        samples_sha256=_hash(hashes["samples"]),
    )


def _hash(text: Any) -> str:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError(f"{text!r} is no SHA-256")
    return text


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in options.items():
        if name in _NUMBERS and isinstance(value, int):
            continue
        texts = [value] if name in _TEXTS else value if name in _LISTS else None
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ValueError(f"{name}={value!r} is no option")
    return dict(options)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _model(recipe: Recipe, given: Path | None) -> bytes:
    """Return the record's model from the first place that holds it.

    Raises:
        ModelError: no place does.
    """
    folder, here = recipe.folder, Path()
    places = [folder / MODEL, folder / recipe.model_name, here / recipe.model_name]
    if recipe.model_file:
        places += [here / recipe.model_file, folder / recipe.model_file]
    for path in [given] if given is not None else places:
        if path.is_file() and (data := _recorded(recipe, path.read_bytes())):
            return data
    wanted = f"the record's model {recipe.model_name}, SHA-256 {recipe.model_sha256[:16]}..., is not "
    if given is not None:
        raise ModelError(f"{wanted}what {given} holds", "Give the int8 .tflite that the record was made from.")
    raise ModelError(f"{wanted}beside the record and not here", "Give its file with --model.")


def _recorded(recipe: Recipe, data: bytes) -> bytes | None:
    """Return `data`, or `data` with the shapes that were given then, where it is the record's model."""
    if _sha256(data) == recipe.model_sha256:
        return data
    with contextlib.suppress(TinymlError):  # another file of that name
        fixed = shapes.fix(data, recipe.options.get("shape", ()))
        return fixed if _sha256(fixed) == recipe.model_sha256 else None
    return None


def _board(recipe: Recipe, given: str | None) -> tuple[str, Board]:
    """Return the board's name or file, and its facts: the record's own where it is found.

    A board file that has changed is used, and told by its hash.

    Raises:
        BoardError: no board is found, or it is another one.
    """
    beside = recipe.folder / BOARD
    if given is None and beside.is_file() and _sha256(beside.read_bytes()) == recipe.board_sha256:
        given = str(beside)
    name = given or recipe.board
    facts = board_files.load(name)
    if facts.name != recipe.board:
        raise BoardError(f"the board {facts.name} is not the record's, {recipe.board}", "Give that one's file.")
    return name, facts


def _samples(recipe: Recipe, given: Path | None, model: bytes, folder: Path) -> dict[str, Any]:
    """Return the samples as arguments of `tinyml.validate`; those beside the record are copied into `folder`.

    Raises:
        SamplesError: they are not there.
    """
    if recipe.random is not None:
        return {"random": recipe.random[0], "seed": recipe.random[1]}
    if given is not None:
        return {"data": given, "limit": recipe.samples}
    hint = "Give their file with --data."
    try:
        recorded = Expectations.load(recipe.folder, make_plan(graphs.read(model)))
    except ProjectError:
        raise SamplesError("the record's samples are not beside it", hint) from None
    if recorded.inputs_sha256 != recipe.samples_sha256:
        raise SamplesError(f"{recipe.folder / EXPECTATIONS} holds other samples than the record's", hint)
    path = folder / "samples.npz"
    write_arrays(path, {f"arr_{i}": np.ascontiguousarray(values) for i, values in enumerate(recorded.inputs)})
    return {"data": path, "limit": recipe.samples}


@contextlib.contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    if out is not None:
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="tinyml-") as folder:
        yield Path(folder) / "project"


def replay(
    path: Path | str, given: Given | None = None, out: Path | str | None = None, progress: Progress = _SILENT
) -> dict[str, Any]:
    """Do again what a record says, and tell whether every figure and the image's hash came out the same.

    Args:
        path: a `record.json`, or the project folder that holds one.
        given: what is not where the record lies.
        out: keep the project that is generated in this folder; without it, it is deleted in the end.
        progress: hears of the stages.

    Returns:
        The rows of figures and of versions, and "same"; see `tinyml.report.replayed`.

    Raises:
        ProjectError: there is no record, or it does not hold what a replay needs.
        ModelError, BoardError, SamplesError: what the record names is not found.
        The errors of `generate`, `build`, `flash` and `validate`.
    """
    given = given or Given()
    recipe = Recipe.load(Path(path))
    model = _model(recipe, given.model)
    board, facts = _board(recipe, given.board)
    check_target(facts, recipe.target, given.port)
    with (
        tempfile.TemporaryDirectory(prefix="tinyml-") as scratch,
        _folder(None if out is None else Path(out)) as work,
    ):
        samples = _samples(recipe, given.data, model, Path(scratch))
        file = Path(scratch) / "model" / recipe.model_name
        write_atomically(file, model)
        pipeline.generate(file, board, out=work, progress=progress, **recipe.options)
        pipeline.build(work, progress)
        if given.flash:
            pipeline.flash(work, None, progress)
        desk = recipe.record.get("desk") is not None
        again = pipeline.validate(
            work, **samples, target=recipe.target, port=given.port, progress=progress, desk=desk
        )
    return replayed.compare(recipe.record, again)

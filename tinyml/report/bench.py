"""What models need beside what others need for them: ratios, geometric means, and a table of both."""

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tinyml.errors import InputError
from tinyml.measure.bench import Figures, LayerFigures

RATIOS = ("instructions", "cycles", "cycles_published", "arena", "stack", "code", "constants", "flash")

_CORE_OF = re.compile(r"_(?P<core>m\d+)(?:plus)?(?:_|$)")  # the core in the name of a published result
_OPEN = "tflm"  # published results whose names begin so are not a closed engine's


@dataclass(frozen=True)
class Peer:
    """What others need for a model on a core; None where it is not known.

    Attributes:
        name: which TFLM it is.
        instructions, cycles: of an inference of stock TFLM; the cycles are an estimate.
        arena, stack: bytes of stock TFLM.
        engine_flash: bytes of an application with stock TFLM, without the model.
        published: the cycles of the best closed engine on silicon.
        published_name: that engine, with chip and core.
    """

    name: str = ""
    instructions: int | None = None
    cycles: int | None = None
    arena: int | None = None
    stack: int | None = None
    engine_flash: int | None = None
    published: int | None = None
    published_name: str = ""


class Peers:
    """The facts of a file of peers, such as tools/peers.toml."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = facts

    @staticmethod
    def load(path: Path) -> "Peers":
        """Read the file `path`.

        Raises:
            InputError: it cannot be read.
        """
        try:
            return Peers(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise InputError(f"the file of peers {str(path)!r} cannot be read: {error}") from error

    def of(self, model: str, cpu: str) -> Peer:
        """Return what is known of the model called `model` (without ending) on `cpu`, such as "cortex-m4"."""
        own = cpu.removeprefix("cortex-").removesuffix("plus")
        estimates = self._facts.get("tflm_cmsis_nn_estimate", {}).get("mcycles", {})
        estimated = estimates.get(self._facts.get("stand_in", {}).get("tflm_cmsis_nn", {}).get(own, own), {})
        published = {
            name: results[model]
            for name, results in self._facts.get("published", {}).get("mcycles", {}).items()
            if model in results and not name.startswith(_OPEN) and f"_{own}" in _cores(name)
        }
        best = min(published, key=published.__getitem__, default="")
        return Peer(
            **self._stock(model, own),
            cycles=_cycles(estimated.get(model)),
            published=_cycles(published.get(best)),
            published_name=best,
        )

    def _stock(self, model: str, core: str) -> dict[str, Any]:
        """Return the fields of a Peer that tell of stock TFLM, with Arm's kernels where it has them for `core`."""
        stand_in = self._facts.get("stand_in", {})
        stock = self._facts.get("tflm_cmsis_nn", {}).get(model, {})
        if (arms := stand_in.get("tflm_cmsis_nn", {}).get(core, core)) in stock:
            where = "" if arms == core else f" on {arms}"
            return {"name": f"TFLM + CMSIS-NN{where}", **stock[arms]}
        other = stand_in.get("tflm_reference", {}).get(core, core)
        instructions = self._facts.get("tflm_reference", {}).get(model, {}).get(other)
        return {} if instructions is None else {"name": "TFLM, reference kernels", "instructions": instructions}


def _cores(name: str) -> list[str]:
    return [f"_{match['core']}" for match in _CORE_OF.finditer(name)]


def _cycles(millions: float | None) -> int | None:
    return None if millions is None else round(millions * 1e6)


def _ratio(ours: float | None, theirs: float | None) -> float | None:
    return None if ours is None or not theirs else ours / theirs


def _peer_flash(figures: Figures, peer: Peer) -> int | None:
    return None if peer.engine_flash is None else peer.engine_flash + figures.model_bytes


def ratios(figures: Figures, peer: Peer) -> dict[str, float | None]:
    """Return our figures over theirs, by RATIOS; constants are held against `parameter_bytes`."""
    return {
        "instructions": _ratio(median(figures.instructions), peer.instructions),
        "cycles": _ratio(figures.cycles, peer.cycles),
        "cycles_published": _ratio(figures.cycles, peer.published),
        "arena": _ratio(figures.arena, peer.arena),
        "stack": _ratio(figures.stack, peer.stack),
        "code": _ratio(figures.code, peer.engine_flash),
        "constants": _ratio(figures.constants, figures.parameter_bytes),
        "flash": _ratio(figures.flash, _peer_flash(figures, peer)),
    }


def _geometric_mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.exp(sum(map(math.log, known)) / len(known)) if known and len(known) == len(values) else None


@dataclass(frozen=True)
class Comparison:
    """One model on one board: our figures, and the peers' or None where no file of them was given."""

    figures: Figures
    peer: Peer | None

    @property
    def ratios(self) -> dict[str, float | None]:
        """Ours over theirs, by RATIOS."""
        return ratios(self.figures, self.peer or Peer())


def means(comparisons: Sequence[Comparison]) -> dict[tuple[str, ...], dict[str, float | None]]:
    """Return for each board, engine and goal the geometric means of RATIOS over its models.

    None stands for a mean where a model has no such ratio.
    """
    found: dict[tuple[str, ...], list[Comparison]] = {}
    for comparison in comparisons:
        figures = comparison.figures
        found.setdefault((figures.board, figures.engine, figures.optimize), []).append(comparison)
    return {
        variant: {key: _geometric_mean([c.ratios[key] for c in those]) for key in RATIOS}
        for variant, those in found.items()
    }


def facts(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Return all of it for machines."""
    return {
        "models": [
            {
                **asdict(c.figures),
                "instructions": _summary(c.figures),
                "peer": None if c.peer is None else asdict(c.peer),
                "ratios": c.ratios,
            }
            for c in comparisons
        ],
        "geometric_means": [
            {"board": board, "engine": engine, "optimize": goal, **found}
            for (board, engine, goal), found in means(comparisons).items()
        ],
    }


def _summary(figures: Figures) -> dict[str, int]:
    counts = figures.instructions
    return {"min": min(counts), "median": int(median(counts)), "max": max(counts)}


_CYCLES, _A_MAC = "cycles (estimate)", "a MAC"
COLUMNS = (
    *("model", "board", "", "min", "instructions", "max", _A_MAC, _CYCLES),
    *("arena", "statics", "stack", "code", "constants", "flash"),
)
_PLACES = {"instructions": 4, "cycles": 7, "arena": 8, "stack": 10, "code": 11, "constants": 12, "flash": 13}


def _line(title: Sequence[str], values: Mapping[str, object]) -> tuple[str, ...]:
    cells = [*title, *([""] * (len(COLUMNS) - len(title)))]
    for key, value in values.items():
        cells[COLUMNS.index(key)] = _text(value)
    return tuple(cells)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    return "" if value is None else f"{value:,}"


def _by_column(found: Mapping[str, float | None]) -> dict[str, object]:
    return {COLUMNS[place]: found[key] for key, place in _PLACES.items()}


def _variant(parts: Sequence[str]) -> str:
    return ", ".join(part for part in parts if part)


def _title(figures: Figures) -> tuple[str, ...]:
    return (
        figures.model.removesuffix(".tflite"),
        figures.board,
        _variant([figures.engine, figures.optimize]),
    )


def _lines(comparison: Comparison) -> list[tuple[str, ...]]:
    figures, peer = comparison.figures, comparison.peer
    counts = _summary(figures)
    own = {
        **{"min": counts["min"], "instructions": counts["median"], "max": counts["max"]},
        **{_A_MAC: _ratio(counts["median"], figures.macs), _CYCLES: figures.cycles},
        **{key: getattr(figures, key) for key in COLUMNS[8:]},
    }
    lines = [_line(_title(figures), own)]
    if peer is None:
        return lines
    theirs = {
        **{"instructions": peer.instructions, _A_MAC: _ratio(peer.instructions, figures.macs)},
        **{_CYCLES: peer.cycles, "arena": peer.arena, "stack": peer.stack, "code": peer.engine_flash},
        **{"constants": figures.parameter_bytes, "flash": _peer_flash(figures, peer)},
    }
    lines += [
        _line(("", "", peer.name or "peer"), theirs),
        _line(("", "", "ratio"), _by_column(comparison.ratios)),
    ]
    if comparison.ratios["cycles_published"] is not None:
        lines += [
            _line(("", "", peer.published_name), {_CYCLES: peer.published}),
            _line(("", "", "ratio to published"), {_CYCLES: comparison.ratios["cycles_published"]}),
        ]
    return lines


def table(comparisons: Sequence[Comparison]) -> list[tuple[str, ...]]:
    """Return the cells of the table, its header first and the geometric means of the ratios last."""
    lines = [COLUMNS, *(line for comparison in comparisons for line in _lines(comparison))]
    if all(comparison.peer is None for comparison in comparisons):
        return lines
    for (board, *variant), found in means(comparisons).items():
        lines.append(_line(("geometric mean", board, f"ratio, {_variant(variant)}"), _by_column(found)))
        if found["cycles_published"] is not None:
            lines.append(_line(("", "", "ratio to published"), {_CYCLES: found["cycles_published"]}))
    return lines


LAYER_COLUMNS = (
    *("model", "board", "", "layer", "MACs", "instructions", _A_MAC, _CYCLES),
    *("code", "of it shared", "constants"),
)


def layer_table(comparisons: Sequence[Comparison]) -> list[tuple[str, ...]]:
    """Return the cells of the table of layers, its header first; goals of a layer are together."""

    def cells(figures: Figures, layer: LayerFigures) -> tuple[str, ...]:
        numbers = (layer.macs, layer.instructions, _ratio(layer.instructions, layer.macs), layer.cycles)
        sizes = (layer.code, layer.shared, layer.constants)
        return (*_title(figures), layer.label, *map(_text, (*numbers, *sizes)))

    together: dict[tuple[str, ...], list[Figures]] = {}
    for figures in (comparison.figures for comparison in comparisons):
        together.setdefault((figures.model, figures.board, figures.engine), []).append(figures)
    return [
        LAYER_COLUMNS,
        *(
            cells(figures, layer)
            for those in together.values()
            for layers in zip(*(figures.layers for figures in those), strict=True)
            for figures, layer in zip(those, layers, strict=True)
        ),
    ]

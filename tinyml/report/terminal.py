"""Facts and records on the terminal: progress on standard error, results as tables or JSON on standard output."""

import json as jsons
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table

from tinyml.generate.project import RECORD
from tinyml.progress import Progress

_COLUMNS = 160  # of a table where the output is no terminal: a log is not wrapped to 80
_SHOWN_AS_TABLES = ("memory", "targets", "evidence", "documents")
_HASH_SHOWN = 16  # characters of a hash that people compare
_SHORT = 28  # a column whose texts are this short is never folded


def _console(stderr: bool = False) -> Console:
    console = Console(stderr=stderr, highlight=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=_COLUMNS)


class _TerminalProgress(Progress):
    """A line a stage: a spinner while it runs, its time and what it gave when it ends."""

    def __init__(self) -> None:
        self._console = _console(stderr=True)
        self._live: Live | None = None
        self._began = 0.0

    def started(self, stage: str) -> None:
        self._began = time.monotonic()
        if self._console.is_terminal:
            self._live = Live(Spinner("dots", text=stage), console=self._console, transient=True)
            self._live.start()

    def advanced(self, stage: str, done: int, total: int) -> None:
        if self._live is not None:
            self._live.update(Spinner("dots", text=f"{stage} {done}/{total}"))

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def ended(self, stage: str, text: str) -> None:
        self._stop()
        seconds = time.monotonic() - self._began
        self._console.print(
            f"[green]ok[/] {stage:<9}{seconds:6.1f} s  {escape(text)}", soft_wrap=True, highlight=False
        )

    def failed(self, stage: str) -> None:
        self._stop()
        self._console.print(f"[red]--[/] {stage}")


def progress(json: bool = False) -> Progress:
    """Return the progress for a command: lines on standard error, or silence where machines read."""
    return Progress() if json else _TerminalProgress()


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{_label(k)} {_text(v)}" for k, v in value.items())
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return ", ".join(_text(v) for v in value) or "none"
    return "-" if value is None else str(value)


def _label(key: str) -> str:
    return key.replace("_bytes", "").replace("_", " ") + (" (bytes)" if key.endswith("_bytes") else "")


def _rows(title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(
        title=_label(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for key, value in rows[0].items():
        number = isinstance(value, int) and not isinstance(value, bool)
        short = max(len(_text(row[key])) for row in rows) <= _SHORT
        table.add_column(_label(key), justify="right" if number else "left", overflow="fold", no_wrap=short)
    for row in rows:
        table.add_row(*(escape(_text(value)) for value in row.values()))
    return table


def _print_lines(console: Console, rows: Sequence[tuple[str, str]]) -> None:
    width = max(len(label) for label, _ in rows)
    for label, text in rows:
        console.print(f"[bold]{label:<{width}}[/]  {escape(text)}", soft_wrap=True)


def show(facts: Mapping[str, Any], json: bool) -> None:
    """Print the facts of a command: lists of facts as tables, the rest as lines."""
    if json:
        print(jsons.dumps(facts, indent=2, default=str))
        return
    console = _console()
    lines = []
    for key, value in facts.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            console.print(_rows(key, value))
        else:
            lines.append((_label(key), _text(value)))
    if lines:
        _print_lines(console, lines)


def _short_bytes(count: int) -> str:
    for unit, size in (("M", 1 << 20), ("K", 1 << 10)):
        if count >= size:
            return f"{round(count / size, 2):g}{unit}"
    return str(count)


def _short_targets(targets: Sequence[Mapping[str, Any]]) -> str:
    """Return the emulators, those in brackets that are not installed here."""
    emulators = [way for way in targets if way["target"] != "serial"]
    return " ".join(way["target"] if way["installed"] else f"({way['target']})" for way in emulators) or "-"


def _short_evidence(evidence: Sequence[Mapping[str, str]]) -> str:
    """Return the strongest proof: its level, its first tool with its version, its month."""
    best = evidence[-1]
    tool = re.match(r"(?:\w+-)*(\w+) (\d+(?:\.\d+)?)", best["with"])
    return " ".join(part for part in (best["level"], tool.expand(r"\1 \2") if tool else "", best["date"]) if part)


def show_boards(facts: Mapping[str, Any], json: bool) -> None:
    """Print the boards that are known, a line each, no wider than 100 columns."""
    if json:
        show(facts, json)
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name, justify in (
        ("board", "left"),
        ("cpu", "left"),
        ("MHz", "right"),
        ("RAM", "right"),
        ("flash", "right"),
    ):
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("emulators", no_wrap=True)
    table.add_column("proven", no_wrap=True)
    for board in facts["boards"]:
        table.add_row(
            board["name"],
            board["cpu"],
            f"{board['clock_hz'] / 1e6:.0f}",
            _short_bytes(board["ram_bytes"]),
            _short_bytes(board["flash_bytes"]),
            escape(_short_targets(board["targets"])),
            escape(_short_evidence(board["evidence"])),
        )
    console = _console()
    console.print(table)
    console.print(
        "\n(In brackets: not installed here.) A board that is connected runs by --target serial.\n"
        "`tinyml boards NAME` shows one whole; `tinyml boards --new NAME` starts a file for another.",
        soft_wrap=True,
    )


def _region_row(region: Mapping[str, Any]) -> dict[str, str]:
    wait = region["wait_states"]
    properties = (
        f"{region['reserved']:,} bytes reserved for {region['reserved_for']}" if region["reserved"] else "",
        f"{wait} wait state{'s' if wait > 1 else ''}" if wait else "",
        "" if region["dma"] else "no DMA",
        "" if region["executable"] else "not executable",
        "" if region["mapped"] else "not mapped",
        region["note"],
    )
    return {
        "region": region["name"],
        "kind": region["kind"],
        "address": f"{region['origin']:#010x}",
        "size": _short_bytes(region["length"]),
        "what to know": "; ".join(part for part in properties if part),
    }


def _part_text(part: Mapping[str, Any]) -> str:
    """Return a part of a board as its facts in one line, addresses as such, its note last."""

    def text(key: str, value: object) -> str:
        shown = f"{value:#010x}" if key == "base" else _text(value)
        return shown if key in ("base", "peripheral", "tool", "note") else f"{_label(key)} {shown}"

    facts = ", ".join(text(key, value) for key, value in part.items() if key != "note")
    return f"{facts}: {part['note']}" if part.get("note") else facts


def show_board(facts: Mapping[str, Any], json: bool) -> None:
    """Print all that is known of one board."""
    if json:
        show(facts, json)
        return
    console = _console()
    parts = ("image", "console", "counter", "place", "upload", "qemu", "renode")
    rows = [
        (key, _part_text(value) if key in parts else _text(value))
        for key, value in ((key, facts[key]) for key in facts if key not in _SHOWN_AS_TABLES)
        if value
    ]
    _print_lines(console, [(_label(key), text) for key, text in rows])
    console.print(_rows("memory", [_region_row(region) for region in facts["memory"]]))
    console.print(_rows("how it can be run", facts["targets"]))
    console.print(_rows("proven", facts["evidence"]))
    _print_lines(console, [("documents" if i == 0 else "", text) for i, text in enumerate(facts["documents"])])


def _of(count: int, total: int) -> str:
    return f"{count} of {total}"


def _desk_text(desk: Mapping[str, Any], samples: int) -> str:
    agree = "not known" if desk["agree"] is None else _of(desk["agree"], samples)
    return f"{agree} ({desk['interpreter']})"


def _clock_text(clock: Mapping[str, int]) -> str:
    text = f"{clock['hz'] / 1e6:g} MHz"
    if clock["hz"] != clock["board_hz"]:
        text += (
            f" instead of {clock['board_hz'] / 1e6:g} MHz: a crystal or a PLL did not start, or is not emulated"
        )
    return text


def _rewritings_text(rewritings: Sequence[Mapping[str, Any]]) -> str:
    """Return which rewritings found how many places, and what all of them saved."""
    if not rewritings:
        return "found nothing"
    names = ", ".join(f"{rewriting['name']} ({len(rewriting['done'])})" for rewriting in rewritings)
    macs, constants, arena = (
        sum(rewriting["saved"][key] for rewriting in rewritings)
        for key in ("macs", "constant_bytes", "arena_bytes")
    )
    return f"{names}: {macs:,} MACs, {constants:,} bytes of arrays, {arena:,} bytes of the arena saved"


def _closing_rows(record: Mapping[str, Any], folder: Path) -> list[tuple[str, str]]:
    n = record["samples"]
    count, flash, macs = record["instructions"], record["flash"], record["macs"]
    rows = [
        ("model", f"{record['model']['path']} on {record['board']} ({record['target']}), {record['engine']}"),
        ("samples", f"{n}"),
        ("bit-exact with TFLM", _of(record["exact"], n)),
    ]
    if record["desk"] is not None:
        rows.append(("same on the desk", _desk_text(record["desk"], n)))
    if record["float_model"] is not None:
        rows.append(("top-1 as the float model", _of(record["float_model"]["top1_agree"], n)))
    if record["labels"] is not None:
        rows.append(("top-1 as labelled", _of(record["labels"]["top1_correct"], n)))
    if count is not None:
        per_mac = f"({count['median'] / macs:.2f} a multiply-accumulate)" if macs else ""
        rows.append(
            ("instructions", f"min {count['min']:,}  median {count['median']:,}  max {count['max']:,}  {per_mac}")
        )
    if record["engine"] == "compiled":  # the interpreter runs the file as it is
        rows.append(("exact rewriting", _rewritings_text(record["rewritings"])))
    rows += [
        ("clock", _clock_text(record["clock"])),
        ("arena", f"{record['arena_bytes']:,} bytes"),
        ("statics", f"{record['static_bytes']:,} bytes, link buffers {record['link_bytes']:,}"),
        ("stack high-water mark", f"{record['stack_bytes']:,} bytes"),
        (
            "flash",
            f"code {flash['code']:,}  constants {flash['constants']:,}  total {flash['total']:,} bytes",
        ),
        ("placement", _text(record["placement"])),
        ("project", str(folder)),
        ("record", str(folder / RECORD)),
    ]
    return rows


def _mismatch_text(mismatch: Mapping[str, Any]) -> str:
    text = f"The first difference: sample {mismatch['sample']}, layer {mismatch['layer']}"
    if mismatch["element"] is not None:
        text += (
            f", element {mismatch['element']}: {mismatch['got']:g} instead of {mismatch['expected']:g} "
            f"({mismatch['differing']} elements differ)"
        )
    return f"{text}; {mismatch['note']}." if mismatch["note"] else f"{text}."


def show_record(record: Mapping[str, Any], folder: Path, json: bool) -> None:
    """Print the closing table of a validation; `folder` is where project and record lie."""
    if json:
        print(jsons.dumps(record, indent=2))
        return
    console = _console()
    _print_lines(console, _closing_rows(record, folder))
    if record["mismatch"] is not None:
        console.print(f"[red]{escape(_mismatch_text(record['mismatch']))}[/]", soft_wrap=True)


def show_replay(facts: Mapping[str, Any], json: bool) -> None:
    """Print a record beside the record of the same work done again."""
    if json:
        show(facts, json)
        return

    def shown(value: object) -> str:
        text = _text(value)
        return f"{text[:_HASH_SHOWN]}..." if re.fullmatch(r"[0-9a-f]{64}", text) else text

    console = _console()
    for title, what in (("figures", "figure"), ("versions", "tool")):
        rows = [
            {what: row[what], "recorded": shown(row["recorded"]), "again": shown(row["again"])}
            | {"": "same" if row["same"] else "DIFFERS"}
            for row in facts[title]
        ]
        console.print(_rows(title, rows))
    if facts["not_replayed"]:
        console.print(
            f"Not replayed, as they need the float model, labels or a desktop interpreter: "
            f"{_text(facts['not_replayed'])}.",
            soft_wrap=True,
        )
    if facts["same"]:
        console.print("[green]Every figure and the image's hash came out the same.[/]")
    else:
        console.print(f"[red]Not the same: {escape(_text(facts['differing']))}.[/]", soft_wrap=True)


def exit_code(record: Mapping[str, Any]) -> int:
    """Return 0 where every sample was bit-exact, else 1."""
    return 0 if record["exact"] == record["samples"] else 1

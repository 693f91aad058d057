"""Conditions on two records, such as `instructions > +2%`, under which a comparison fails.

A condition is a figure, one of `>`, `>=`, `<` and `<=`, and a limit for the figure of the second record:

    instructions > +2%     more than 2 % above the first record's
    flash > +1024          more than 1,024 above the first record's
    stack >= 2048          at least 2,048, whatever the first record says
    exact < 100%           less than 100 % of the second record's samples

A limit with a sign is a change; one of a figure that counts samples may be a share of them. The arithmetic is
exact: 102 is not more than 2 % above 100.
"""

import math
import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tinyml.errors import InputError

Record = Mapping[str, Any]

# Where a record holds each figure that a condition can name.
FIGURES = {
    "instructions": ("instructions", "median"),
    "instructions.min": ("instructions", "min"),
    "instructions.max": ("instructions", "max"),
    "macs": ("macs",),
    "arena": ("arena_bytes",),
    "statics": ("static_bytes",),
    "link": ("link_bytes",),
    "stack": ("stack_bytes",),
    "code": ("flash", "code"),
    "constants": ("flash", "constants"),
    "flash": ("flash", "total"),
    "samples": ("samples",),
    "exact": ("exact",),
    "desk": ("desk", "agree"),
    "float_model": ("float_model", "top1_agree"),
    "labels": ("labels", "top1_correct"),
}
# Those that count samples.
SHARES = ("exact", "desk", "float_model", "labels")

_COMPARE = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
_CONDITION = re.compile(
    r"\s*(?P<figure>[\w.]+)\s*(?P<relation>[<>]=?)\s*(?P<sign>[+-]?)(?P<number>\d[\d,_]*(\.\d+)?)\s*(?P<percent>%?)\s*"
)
_FORM = "Write it as 'instructions > +2%', 'flash > +1024', 'stack > 2048' or 'exact < 100%'."


@dataclass(frozen=True)
class Condition:
    """A condition under which a comparison fails.

    Attributes:
        text: as it was given.
        figure: one of FIGURES.
        relation: one of ">", ">=", "<" and "<=".
        limit: the number; of a percentage, the fraction that it stands for.
        change: whether the limit is a change from the first record's figure.
        percent: whether it is relative: to the first record's figure, or to the second record's samples.
    """

    text: str
    figure: str
    relation: str
    limit: Fraction
    change: bool
    percent: bool


def parse(text: str) -> Condition:
    """Return the condition that `text` states.

    Raises:
        InputError: it is not understood, names no figure, or takes a percentage of what is no count of samples.
    """
    if (found := _CONDITION.fullmatch(text)) is None:
        raise InputError(f"the condition {text!r} is not understood", _FORM)
    figure, change, percent = found["figure"], bool(found["sign"]), bool(found["percent"])
    if figure not in FIGURES:
        raise InputError(
            f"the condition {text!r} names no figure of a record: {figure!r}", f"Figures: {', '.join(FIGURES)}."
        )
    if percent and not change and figure not in SHARES:
        raise InputError(
            f"the condition {text!r} takes a share of samples, and {figure} does not count them",
            f"Give a change with its sign, such as '{figure} {found['relation']} +{found['number']}%'.",
        )
    limit = Fraction(re.sub("[,_]", "", found["number"])) / (100 if percent else 1)
    return Condition(
        text.strip(), figure, found["relation"], -limit if found["sign"] == "-" else limit, change, percent
    )


def _figure(record: Record, condition: Condition, which: str) -> int:
    value: Any = record
    for key in FIGURES[condition.figure]:
        value = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(value, int):
        raise InputError(
            f"the condition {condition.text!r} cannot be checked: the {which} record has no {condition.figure}",
            "Leave the condition out, or make both records where the figure is measured.",
        )
    return value


@dataclass(frozen=True)
class Result:
    """What became of a condition.

    Attributes:
        condition: which one.
        first, second: the records' figures; `first` is None where the condition does not look at it.
        allowed: the value that the figure may reach, or may not where the condition holds at it.
        breached: whether the condition holds, so that the comparison fails.
    """

    condition: Condition
    first: int | None
    second: int
    allowed: Fraction
    breached: bool


def check(condition: Condition, first: Record, second: Record) -> Result:
    """Hold two records against a condition.

    Raises:
        InputError: a record does not hold the figure.
    """
    new = _figure(second, condition, "second")
    old = _figure(first, condition, "first") if condition.change else None
    if old is not None:
        allowed = old + condition.limit * (old if condition.percent else 1)
    else:
        allowed = condition.limit * (second["samples"] if condition.percent else 1)
    return Result(condition, old, new, allowed, _COMPARE[condition.relation](new, allowed))


def facts(results: Sequence[Result]) -> dict[str, Any]:
    """Return the results, for the terminal and for machines."""
    rows = [
        {
            "fail if": result.condition.text,
            "first": result.first,
            "second": result.second,
            "change": _change(result),
            "limit": _limit(result),
            "result": "BREACH" if result.breached else "ok",
        }
        for result in results
    ]
    return {"conditions": rows, "breaches": sum(result.breached for result in results)}


def _change(result: Result) -> str | None:
    if not result.first:  # nothing that a change could be relative to
        return None
    return f"{100 * (result.second - result.first) / result.first:+.2f}%"


def _limit(result: Result) -> int:
    """Return the whole number that decides as `allowed` does, since figures are whole numbers."""
    down = result.condition.relation in (">", "<=")
    return math.floor(result.allowed) if down else math.ceil(result.allowed)

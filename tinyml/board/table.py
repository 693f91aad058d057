"""A table of a board file: its values, checked as they are asked for, with file and line where one is wrong."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from tinyml.board.facts import Pin
from tinyml.errors import BoardError

T = TypeVar("T")


@dataclass(frozen=True)
class Source:
    """A board file's text, to find the line of a key: tomllib does not tell it."""

    text: str
    path: Path

    def line(self, table: str, index: int, key: str) -> int | None:
        """Return the 1-based line of `key` in the index-th table of that name ("" is the top), or its header's."""
        header = re.compile(r"\s*\[\[?\s*([\w.-]+)\s*\]")
        current, seen, found = "", -1 if table else 0, None
        for number, line in enumerate(self.text.splitlines(), start=1):
            if match := header.match(line):
                current = match[1]
                seen += current == table
                if (current == table and seen == index) or (not table and current == key):
                    found = number
            if current == table and seen == index and re.match(rf'\s*"?{re.escape(key)}"?\s*[=.]', line):
                return number
        return found

    def error(self, problem: str, table: str, index: int, key: str) -> BoardError:
        """Return the error that tells the problem with the file and the line of `key`."""
        line = self.line(table, index, key)
        return BoardError(f"{self.path}{f', line {line}' if line else ''}: {problem}")


class Table:
    """A table of a board file that hands out its values checked, and knows which keys were asked for.

    Each method raises a `BoardError` where the key is missing or its value is not what the method returns.
    """

    def __init__(self, data: Mapping[str, Any], source: Source, name: str = "", index: int = 0) -> None:
        self._data, self._source, self._name, self._index = data, source, name, index
        self._asked: list[str] = []

    def _error(self, problem: str, key: str = "") -> BoardError:
        return self._source.error(problem, self._name, self._index, key)

    def _named(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key

    def _value(self, key: str, kind: type, what: str) -> Any:
        self._asked.append(key)
        if key not in self._data:
            raise self._error(f"{self._named(key)} is missing", key)
        value = self._data[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self._error(f"{self._named(key)} must be {what}, not {value!r}", key)
        return value

    def text(self, key: str, pattern: str = r"(?s).+", what: str = "a text") -> str:
        """Return a text that matches `pattern` as a whole; `what` says so in the error."""
        value: str = self._value(key, str, what)
        if not re.fullmatch(pattern, value):
            raise self._error(f"{self._named(key)} must be {what}, not {value!r}", key)
        return value

    def number(self, key: str, least: int = 0) -> int:
        """Return a whole number from `least` to 2**32 - 1."""
        value: int = self._value(key, int, "a whole number")
        if not least <= value < 1 << 32:
            raise self._error(f"{self._named(key)} must be {least} to {(1 << 32) - 1}, not {value}", key)
        return value

    def fraction(self, key: str) -> Fraction:
        """Return a fraction above 0 that is written as a text."""
        numerator, _, denominator = self.text(key, r"[1-9]\d*(/[1-9]\d*)?", 'a fraction such as "8/5"').partition(
            "/"
        )
        return Fraction(int(numerator), int(denominator or 1))

    def pin(self, key: str) -> Pin:
        """Return a pin."""
        return Pin(self.text(key, r"(P([A-Z]|\d\d?\.)|GP)\d\d?", 'a pin such as "PC6", "P0.24" or "GP4"'))

    def note(self, key: str = "note") -> str:
        """Return a text, or an empty one where it is missing."""
        return self.optional(key, self.text) or ""

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        self._asked.append(key)
        value = self._data.get(key, default)
        if not isinstance(value, bool):
            raise self._error(f"{self._named(key)} must be true or false, not {value!r}", key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self._value(key, list, "a list of texts")
        if not all(isinstance(value, str) for value in values):
            raise self._error(f"{self._named(key)} must be a list of texts, not {values!r}", key)
        return tuple(values)

    def optional(self, key: str, read: Callable[[str], T]) -> T | None:
        """Return what `read` makes of the key, or None where it is missing."""
        self._asked.append(key)
        return read(key) if key in self._data else None

    def table(self, key: str) -> "Table":
        """Return a table within this one."""
        return Table(self._value(key, dict, f"a table [{key}]"), self._source, key)

    def tables(self, key: str) -> list["Table"]:
        """Return the tables of an array, one or more."""
        values = self._value(key, list, f"tables [[{key}]]")
        if not values or not all(isinstance(value, dict) for value in values):
            raise self._error(f"{self._named(key)} must be one or more tables [[{key}]]", key)
        return [Table(value, self._source, key, index) for index, value in enumerate(values)]

    def done(self) -> None:
        """Refuse what nobody asked for."""
        for key in self._data:
            if key not in self._asked:
                where = f"in [{self._name}]" if self._name else "at the top"
                raise self._error(f"the key {key!r} is not known {where}; known are {', '.join(self._asked)}", key)

    def refuse(self, key: str, problem: str) -> BoardError:
        """Return the error that the value of `key` is impossible."""
        return self._error(problem, key)

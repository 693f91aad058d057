"""Lines of assembly, and the few idioms that every emitter writes."""

import hashlib
from collections.abc import Callable

_ADD_LIMIT = 4095  # what ADDW and SUBW take
_SHORT_LIMIT = 1 << 16  # what MOVW takes


class Lines:
    """Lines of a function's body in the unified syntax for Thumb-2."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    @property
    def body(self) -> tuple[str, ...]:
        """The lines so far."""
        return tuple(self._lines)

    def op(self, *instructions: str) -> None:
        """Append instructions."""
        self._lines += instructions

    def label(self, number: int) -> None:
        """Append the local label `number`, which branches name as "1b" (backwards) or "1f"."""
        self._lines.append(f"{number}:")

    def constant(self, register: str, value: int) -> None:
        """Set `register` to `value`, 0 to 2^32 - 1; the flags stay."""
        self.op(f"movw {register}, #{value % _SHORT_LIMIT}")
        if value >= _SHORT_LIMIT:
            self.op(f"movt {register}, #{value // _SHORT_LIMIT}")

    def add(self, to: str, register: str, value: int, spare: str = "") -> None:
        """Set `to` to `register` + `value`; where the value is large and both are one register, `spare` is lost.

        Raises:
            ValueError: a spare register is needed and not given (an error in an emitter).
        """
        if value == 0 and to == register:
            return
        if 0 <= value <= _ADD_LIMIT:
            self.op(f"add {to}, {register}, #{value}")
            return
        held = spare if to == register else to
        if not held or value < 0:
            raise ValueError(f"{value} cannot be added to {register} without another register")
        self.constant(held, value)
        self.op(f"add {to}, {register}, {held}")

    def repeat(self, count: int, unroll: int, counter: str, label: int, step: Callable[[], None]) -> None:
        """Append `step` `count` times, in a loop of `unroll` copies where there are more; `counter` is lost."""
        loops, rest = divmod(count, unroll)
        if loops == 1:
            loops, rest = 0, count
        if loops:
            self.constant(counter, loops)
            self.label(label)
            for _ in range(unroll):
                step()
            self.op(f"subs {counter}, {counter}, #1", f"bne {label}b")
        for _ in range(rest):
            step()


def registers(names: list[str]) -> str:
    """Return a register list such as "{r4, r5}"."""
    return "{" + ", ".join(names) + "}"


def named(name: str, code: Lines) -> str:
    """Return `name` with a mark of the code behind it, so that equal names mean equal code."""
    return f"{name}_{hashlib.sha256(chr(10).join(code.body).encode()).hexdigest()[:6]}"

"""The instructions of one function in assembly for the DSP extension, with what they cost."""

import math

from tinyml.emit.assembly import Lines, named
from tinyml.plan.rows import Function

_ADD_IMMEDIATE = 4095  # the largest that ADDW and SUBW take
MOVE_LIMIT = 0xFFFFF  # bytes: the farthest that two additions go


class Listing(Lines):
    """Instructions of a function, in order, with their number and about their cycles.

    Attributes:
        instructions: how many one call runs.
        cycles: about how many cycles they take on a Cortex-M4 with memory that answers at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self.instructions = 0
        self.cycles = 0
        self._times = [1]
        self._after_load = False

    def __call__(self, *instructions: str) -> None:
        """Append instructions."""
        self.op(*instructions)

    def op(self, *instructions: str) -> None:
        """Append instructions."""
        super().op(*instructions)
        times = math.prod(self._times)
        for text in instructions:
            self.instructions += times
            self.cycles += times * self._cycles_of(text)

    def _cycles_of(self, text: str) -> int:
        operation = text.split()[0]
        pipelined, self._after_load = self._after_load, False
        if operation.startswith(("ldm", "push", "pop")):
            return 2 + text.count(",")
        if operation.startswith("ldr"):
            self._after_load = operation != "ldrd"
            return 3 if operation == "ldrd" else 2 - pipelined
        return 3 if operation in ("b", "bne", "beq", "blt", "bx") else 1

    def begin(self, times: int, label: str) -> None:
        """Begin a loop that runs so many times, at a local label (a number)."""
        self.mark(label)
        self._times.append(times)

    def end(self) -> None:
        """End the innermost loop."""
        self._times.pop()

    def mark(self, label: str) -> None:
        """Place a label."""
        self._lines.append(f"{label}:")

    def move(self, register: str, distance: int) -> None:
        """Append what adds a number to a register."""
        operation, distance = ("add" if distance > 0 else "sub"), abs(distance)
        low, high = distance & _ADD_IMMEDIATE, distance & ~_ADD_IMMEDIATE
        if distance > MOVE_LIMIT:
            raise ValueError(f"{distance} is too far for two additions")
        if low:
            self(f"{operation}w {register}, {register}, #{low}")
        if high:
            self(f"{operation} {register}, {register}, #{high}")

    def clamp(self, register: str, low: int, high: int) -> None:
        """Append what clamps a register that holds an int8."""
        if low > -128:
            self(f"cmp {register}, #{low}", "it lt", f"movlt {register}, #{low}")
        if high < 127:
            self(f"cmp {register}, #{high}", "it gt", f"movgt {register}, #{high}")

    @property
    def code_bytes(self) -> int:
        """At most how many bytes of code it is."""
        return 4 * sum(not line.endswith(":") for line in self.body)

    def function(self, stem: str, *summary: str) -> Function:
        """Return the function, whose name begins with `stem`; the rest of the name tells the code apart."""
        return Function(named(stem, self), summary, self.body)

"""How many bytes instructions of Thumb-2 assemble to: 2 where there is a narrow encoding, else 4.

For what emitters write; tests hold it against an assembler. An instruction that is not known here counts as wide.
"""

import re
from collections.abc import Sequence

_NARROW, _WIDE = 2, 4
_LOW = frozenset(f"r{i}" for i in range(8))
_CONDITIONS = ("eq", "ne", "hs", "lo", "lt", "gt", "le", "ge")
_BRANCH = re.compile(r"b(?P<condition>eq|ne|hs|lo|lt|gt|le|ge)?$")
_REACH = {True: 254, False: 2046}  # of a narrow branch with and without a condition, forwards
_ANY_REGISTERS = frozenset({"mov", "cmp"})  # of two registers
_SMALL = {"adds": 255, "subs": 255, "cmp": 255, "movs": 255}  # immediates with a low register
_SMALL |= {f"mov{condition}": 255 for condition in _CONDITIONS}
_SHIFTS = frozenset({"lsls", "lsrs", "asrs"})
_FLAGS = _SHIFTS | {"adds", "subs"}  # narrow with three low registers
_SCALES = {"ldr": 4, "str": 4, "ldrh": 2, "strh": 2, "ldrb": 1, "strb": 1}
_MOST_OFFSET = 31  # times the scale
_MOST_STACK_OFFSET, _MOST_FRAME = 1020, 508


def size(lines: Sequence[str]) -> int:
    """Return the bytes of a function's body: instructions, and local labels such as "1:"."""
    sizes = [0 if line.endswith(":") else _size(line) for line in lines]
    branches = {at: target for at, line in enumerate(lines) if (target := _target(lines, at)) is not None}
    changed = True
    while changed:
        starts = _starts(sizes)
        narrow = [(at, target) for at, target in branches.items() if sizes[at] == _NARROW]
        far = [at for at, target in narrow if not _reaches(lines, starts, at, target)]
        for at in far:
            sizes[at] = _WIDE
        changed = bool(far)
    return sum(sizes)


def _starts(sizes: Sequence[int]) -> list[int]:
    starts = [0]
    for number in sizes:
        starts.append(starts[-1] + number)
    return starts


def _target(lines: Sequence[str], at: int) -> int | None:
    """Return the line of the label that a branch to a local label goes to."""
    operation, _, label = lines[at].partition(" ")
    if not _BRANCH.match(operation):
        return None
    number, direction = label.strip()[:-1], label.strip()[-1]
    places = range(at, -1, -1) if direction == "b" else range(at, len(lines))
    return next(i for i in places if lines[i] == f"{number}:")


def _reaches(lines: Sequence[str], starts: Sequence[int], at: int, target: int) -> bool:
    distance = starts[target] - (starts[at] + 4)
    most = _REACH[lines[at].split()[0] != "b"]
    return -most - 2 <= distance <= most


def _size(line: str) -> int:
    operation, _, rest = line.partition(" ")
    if _BRANCH.match(operation) or operation.startswith("it"):
        return _NARROW
    if "{" in rest:
        return _NARROW if _is_narrow_multiple(operation, rest) else _WIDE
    if "[" in rest:
        return _NARROW if _is_narrow_access(operation, rest) else _WIDE
    operands = [operand.strip() for operand in rest.split(",")]
    return _NARROW if _is_narrow_data(operation, operands) else _WIDE


def _immediate(operand: str) -> int | None:
    return int(operand[1:], 0) if operand.startswith("#") else None


def _is_narrow_data(operation: str, operands: list[str]) -> bool:
    last = _immediate(operands[-1])
    first, *others = operands if last is None else operands[:-1]
    if any(" " in operand for operand in operands):  # a shifted register
        return False
    if last is not None:
        if first == "sp":
            return operation in ("add", "sub") and last <= _MOST_FRAME
        if operation in _SHIFTS:
            return {first, *others} <= _LOW
        is_same = all(other == first for other in others)
        return first in _LOW and is_same and 0 <= last <= _SMALL.get(operation, -1)
    if operation in _ANY_REGISTERS or (operation[:3] == "mov" and operation[3:] in _CONDITIONS):
        return len(operands) == 2
    if operation == "add":
        return len(operands) == 2 or first in others
    return operation in _FLAGS and {first, *others} <= _LOW


def _is_narrow_access(operation: str, rest: str) -> bool:
    register, _, address = rest.partition(",")
    inside, _, behind = address.strip().strip("[").partition("]")
    if operation not in _SCALES or register not in _LOW or behind:
        return False
    base, *offset = [part.strip() for part in inside.split(",")]
    if len(offset) > 1:
        return False
    if offset and not offset[0].startswith("#"):
        return {base, offset[0]} <= _LOW
    value, scale = _immediate(offset[0]) if offset else 0, _SCALES[operation]
    assert value is not None
    if base == "sp":
        return scale == 4 and 0 <= value <= _MOST_STACK_OFFSET and value % 4 == 0
    return base in _LOW and 0 <= value <= _MOST_OFFSET * scale and value % scale == 0


def _is_narrow_multiple(operation: str, rest: str) -> bool:
    names = set(_listed(rest))
    if operation in ("push", "pop"):
        return names <= _LOW | {"lr" if operation == "push" else "pc"}
    base = rest.partition(",")[0].strip()
    is_known = operation in ("ldm", "ldmia", "stm", "stmia") and base.endswith("!")
    return is_known and base[:-1] in _LOW and names <= _LOW - {base[:-1]} and len(names) > 1


def _listed(rest: str) -> list[str]:
    """Return the registers of a list such as "{r4-r7, lr}"."""
    found: list[str] = []
    for part in rest[rest.index("{") + 1 : rest.index("}")].split(","):
        first, _, last = part.strip().partition("-")
        found += [f"r{i}" for i in range(int(first[1:]), int(last[1:]) + 1)] if last else [first]
    return found

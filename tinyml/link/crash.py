"""The report of a crash, and how a person reads it."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tinyml import protocol
from tinyml.architecture import Architecture
from tinyml.errors import DeviceError
from tinyml.link import faults

_NO_LAYER = 0xFFFFFFFF
_SHOWN_CALLS = 4
_REGISTERS_A_LINE = 6
_WORDS_A_LINE = 8


class Places(Protocol):
    """What tells places in the source: the lines of an image."""

    def at(self, address: int) -> str:
        """Return the place of `address`, or an empty string."""

    def follows_a_call(self, address: int) -> bool:
        """Return whether `address` may be a return address."""


class Nowhere:
    """What tells places where there is no image: none."""

    def at(self, address: int) -> str:
        """Return an empty string."""
        return ""

    def follows_a_call(self, address: int) -> bool:
        """Return False."""
        return False


@dataclass(frozen=True)
class Crash:
    """What a device stored when its processor faulted. What it could not know is 0.

    Attributes:
        cause: the architecture's own.
        address: the one that could not be accessed.
        message: the id of the request that was carried out.
        layer: the index of the layer that was running; None for none.
        registers: in the order of `faults.registers`.
        stack: the words from the stack pointer up; from the stack's lowest one where it had left the stack.
        calls: words further up that may be return addresses.
    """

    cause: int
    address: int
    message: int
    layer: int | None
    registers: tuple[int, ...]
    stack: tuple[int, ...]
    calls: tuple[int, ...]

    @staticmethod
    def read(body: bytes) -> "Crash":
        """Return what the body of a report says.

        Raises:
            DeviceError: it is none.
        """
        try:
            fields = protocol.load().messages["fault"].response.unpack(body)
        except ValueError as error:
            raise DeviceError(f"the device reported a fault that cannot be read: {error}") from None
        layer = _number(fields, "layer")
        return Crash(
            cause=_number(fields, "cause"),
            address=_number(fields, "address"),
            message=_number(fields, "message"),
            layer=None if layer == _NO_LAYER else layer,
            registers=_words(fields, "registers"),
            stack=_words(fields, "stack"),
            calls=tuple(word for word in _words(fields, "calls") if word),
        )

    def sentence(self, architecture: Architecture, doing: str, layers: Sequence[str], places: Places) -> str:
        """Return what happened, where, and who had called.

        Args:
            architecture: of the processor.
            doing: the request that was carried out.
            layers: the layers' names, as far as they are known.
            places: of the image that ran.
        """
        where = f"during {doing}"
        if self.layer is not None:
            where += f" in layer {self.layer}"
            where += f" ({layers[self.layer]})" if self.layer < len(layers) else ""
        address = f" 0x{self.address:08x}" if self.address else ""
        text = f"the processor faulted {where}: {faults.describe(architecture, self.cause)}{address}"
        found = self._places(places)
        return f"{text}, in {', called from '.join(found)}" if found else text

    def _places(self, places: Places) -> list[str]:
        """Return the places of the fault and of the calls that led to it, the innermost first."""
        pc, lr = self.registers[faults.PC], self.registers[faults.LR]
        found = [places.at(pc)] if pc else []
        returns = [lr, *self.calls] if pc else self.calls
        # The address before the one that is returned to is still the call's.
        found += [places.at((word & ~1) - 2) for word in returns if places.follows_a_call(word)]
        distinct = [place for i, place in enumerate(found) if place and place not in found[:i]]
        return distinct[: 1 + _SHOWN_CALLS]

    def details(self, architecture: Architecture) -> str:
        """Return registers and stack, in lines."""
        named = [f"{n} {v:08x}" for n, v in zip(faults.registers(architecture), self.registers, strict=True)]
        words = [f"{word:08x}" for word in self.stack]
        lines = [
            f"cause {self.cause:08x}",
            *("  ".join(named[i : i + _REGISTERS_A_LINE]) for i in range(0, len(named), _REGISTERS_A_LINE)),
            *("stack " + " ".join(words[i : i + _WORDS_A_LINE]) for i in range(0, len(words), _WORDS_A_LINE)),
        ]
        return "\n".join(lines)


def _number(fields: Mapping[str, protocol.Value], name: str) -> int:
    value = fields[name]
    assert isinstance(value, int), f"{name} is defined as an array"
    return value


def _words(fields: Mapping[str, protocol.Value], name: str) -> tuple[int, ...]:
    value = fields[name]
    assert isinstance(value, bytes), f"{name} is defined as a number"
    return struct.unpack(f"<{len(value) // 4}I", value)

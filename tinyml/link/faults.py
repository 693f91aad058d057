"""What a fault report's cause means on an Arm Cortex-M."""

# Bits of the Configurable Fault Status Register, which the port sends as the cause.
_CAUSES = {
    4: "stack overflow",
    12: "stack overflow",
    0: "instruction fetch from memory without execute permission",
    1: "access to memory without permission",
    8: "instruction fetch from an address without memory",
    9: "access to an address without memory",
    10: "access to an address without memory",
    16: "undefined instruction",
    17: "jump to an address that is no Thumb code",
    19: "floating-point instruction with the unit switched off",
    24: "unaligned access",
    25: "division by zero",
}


def describe(cause: int) -> str:
    """Return the cause of a fault in words, or as a number where there are none."""
    named = dict.fromkeys(text for bit, text in _CAUSES.items() if cause >> bit & 1)
    return next(iter(named), f"cause 0x{cause:08x}")

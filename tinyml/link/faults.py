"""What a fault report's cause means on an Arm Cortex-M."""

# Bits of the Configurable Fault Status Register, which the port sends as the cause.
_CAUSES = {
    # Armv8-M's stack limit. Before it the memory protection unit forbids the addresses below the stack and nothing
    # else; a core without one only tells (bit 4) that the stack pointer had left the stack.
    20: "stack overflow",
    1: "stack overflow",
    4: "stack overflow",
    12: "stack overflow",
    0: "instruction fetch from memory that holds no code",
    8: "instruction fetch from an address without memory",
    9: "access to an address without memory",
    10: "access to an address without memory",
    16: "undefined instruction",
    17: "jump to an address that is no Thumb code",
    19: "floating-point instruction with the unit switched off",
    24: "unaligned access",
    25: "division by zero",
}


# Where the register is zero, the port sends the number of the exception in the bits from here on.
_EXCEPTION_SHIFT = 28

_EXCEPTIONS = {
    # The only fault of Armv6-M.
    3: "a hard fault: an address without memory, an unaligned access or an undefined instruction",
    7: "a violation of the secure state's borders",
}


def describe(cause: int) -> str:
    """Return the cause of a fault in words."""
    named = [text for bit, text in _CAUSES.items() if cause >> bit & 1]
    exception = cause >> _EXCEPTION_SHIFT
    return named[0] if named else _EXCEPTIONS.get(exception, f"exception {exception}")

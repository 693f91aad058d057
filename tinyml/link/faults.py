"""What a fault report's cause and registers mean; each architecture's port sends its own."""

from collections.abc import Callable

from tinyml.architecture import CORTEX_M, RISCV, Architecture

# Bits of the Configurable Fault Status Register, which the port sends as the cause.
_CORTEX_M_BITS = {
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
_CORTEX_M_EXCEPTION_SHIFT = 28

_CORTEX_M_EXCEPTIONS = {
    2: "the watchdog: the model ran longer than it was given",
    # The only fault of Armv6-M.
    3: "a hard fault: an address without memory, an unaligned access or an undefined instruction",
    7: "a violation of the secure state's borders",
}

# Values of the register mcause, which the port sends as the cause.
_RISCV_EXCEPTIONS = {
    0: "jump to an odd address",
    1: "instruction fetch from an address without memory",
    2: "undefined instruction",
    3: "breakpoint",
    4: "unaligned access",
    5: "access to an address without memory",
    6: "unaligned access",
    7: "access to an address without memory",
}

# The port sets this bit where the stack pointer lay below the stack.
_RISCV_STACK_OVERFLOW = 1 << 16


def _cortex_m(cause: int) -> str:
    named = [text for bit, text in _CORTEX_M_BITS.items() if cause >> bit & 1]
    exception = cause >> _CORTEX_M_EXCEPTION_SHIFT
    return named[0] if named else _CORTEX_M_EXCEPTIONS.get(exception, f"exception {exception}")


def _riscv(cause: int) -> str:
    if cause & _RISCV_STACK_OVERFLOW:
        return "stack overflow"
    return _RISCV_EXCEPTIONS.get(cause, f"exception {cause}")


# Where sp, the return address and pc stand is the same everywhere: see firmware/runtime/tm_port.h.
SP, LR, PC = 13, 14, 15
_REGISTERS: dict[str, tuple[str, ...]] = {
    CORTEX_M.name: (*(f"r{i}" for i in range(13)), "sp", "lr", "pc", "psr"),
    RISCV.name: (*(f"a{i}" for i in range(8)), "s0", "s1", "t0", "t1", "t2", "sp", "ra", "pc", "mstatus"),
}

_DESCRIBE: dict[str, Callable[[int], str]] = {CORTEX_M.name: _cortex_m, RISCV.name: _riscv}


def describe(architecture: Architecture, cause: int) -> str:
    """Return the cause of a fault on a processor of `architecture` in words."""
    return _DESCRIBE[architecture.name](cause)


def registers(architecture: Architecture) -> tuple[str, ...]:
    """Return the names of the registers in a report, in its order."""
    return _REGISTERS[architecture.name]

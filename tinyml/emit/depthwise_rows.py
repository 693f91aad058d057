"""How kernels of depthwise convolutions begin: row pointers become distances from the output."""

from collections.abc import Callable

from tinyml.emit.depthwise_taps import Row
from tinyml.emit.listing import Listing


def load_rows(asm: Listing, row: Row, keep: Callable[[int], None]) -> None:
    """Write what reads the row pointers; with a row in the padding, fill a row with its value.

    Args:
        asm: the function, with row pointers in r0, output in r1, that row in r2; r4 to r6 and r12 are free.
        row: the row.
        keep: writes what keeps the distance, in r4, of the row of that number.
    """
    if row.padded_rows:
        asm("movs r12, #0")
    for i in range(row.rows):
        asm(f"ldr r4, [r0, #{4 * i}]")
        if row.padded_rows:
            asm("cmp r4, #0", "itt eq", "moveq r4, r2", "moveq r12, r2")
        asm("subs r4, r4, r1")
        keep(i)
    if row.padded_rows:
        asm("cmp r12, #0", "beq 2f", f"mov r4, #0x{(row.zero_point & 0xFF) * 0x01010101:08x}")
        asm("mov r5, r4", "mov r6, r2")
        asm.move("r6", row.padding_bytes)
        asm.begin(0, "1")
        asm("strd r4, r5, [r2], #8", "cmp r2, r6", "bne 1b")
        asm.end()
        asm.mark("2")


def pair_of(value: int, register: str) -> str:
    """Return the instruction that puts an int8 into both halves of a register."""
    if value < 0:
        return f"mvn {register}, #0x{~value * 0x00010001:08x}"
    return f"mov {register}, #0x{value * 0x00010001:08x}"

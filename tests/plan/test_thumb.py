"""The bytes of instructions: edges of narrow encodings, each as the GNU assembler has them."""

import subprocess
from pathlib import Path

import pytest

from tests.emulated import needs_chain
from tinyml.plan import thumb

LINES = """
mov r0, r9; mov r0, #1; movs r0, #255; movs r8, #1; movw r0, #1; mvn r0, #0x007f007f; movt r0, #1
cmp r0, r1; cmp r9, r10; cmp r0, #255; cmp r0, #-128; cmp r9, #0
add r0, r1; add r0, r0, r9; add r0, r1, r2; add r0, r1, #4; add r0, r0, #4; adds r0, #255; adds r0, r0, #1
add r0, r1, r2, asr #31; addw r0, r0, #8; add sp, #508; sub sp, #512; add sp, #20; sub r0, r0, r1; subs r0, r0, r1
ldr r0, [r1]; ldr r0, [r1, #124]; ldr r0, [r1, #128]; ldr r8, [r1]; ldr r0, [r1], #4; ldr r0, [r1, r2]
ldr r0, [sp, #1020]; ldr r0, [sp]; ldr r8, [sp]; str r0, [sp, #4]; ldrb r0, [r1, #31]; ldrb r0, [r1, #32]
ldrsb r0, [r1, #0]; strb r0, [r1, #1]; strb r0, [r1, r2]; strb r0, [r8, r9, lsl #1]; ldrd r0, r1, [sp, #8]
ldmia r0!, {r1, r2}; ldmia r0!, {r1, r8}; ldm r0, {r1, r2}; ldm sp, {r0, r1}; stmia r0!, {r4-r7}
push {r4, lr}; push {r4-r11, lr}; pop {pc}; pop {r4-r7, pc}; push {r8}; push {r3}
lsl r0, r0, #1; asr r0, r0, r1; lsls r0, r0, #8; smlad r0, r1, r2, r0; sxtb16 r0, r1; bl 1f
cmp r0, #1; it lt; movlt r0, #1; it gt; movgt r9, r1; itt eq; moveq r0, r1; moveq r9, r1
"""


def assembled(tmp_path: Path, lines: list[str]) -> int:
    source, target = tmp_path / "lines.S", tmp_path / "lines.o"
    source.write_text("\n".join([".syntax unified", ".thumb", *lines, ""]))
    subprocess.run(["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-c", source, "-o", target], check=True)
    told = subprocess.run(["arm-none-eabi-size", target], capture_output=True, text=True, check=True).stdout
    return int(told.splitlines()[1].split()[0])


def instructions() -> list[list[str]]:
    """Return the instructions, those behind an IT together with it."""
    found: list[list[str]] = []
    for line in LINES.replace("\n", ";").split(";"):
        text = line.strip()
        held = {"it": 2, "itt": 3}.get(found[-1][0].split()[0], 1) if found else 0
        if text and found and len(found[-1]) < held:
            found[-1].append(text)
        elif text:
            found.append([text])
    return found


@needs_chain
def test_each_instruction_is_as_long_as_the_assembler_makes_it(tmp_path):
    wrong = {}
    ends = assembled(tmp_path, ["1:"])
    for lines in instructions():
        lines = [*lines, "1:"] if lines[0].startswith("bl ") else lines
        if (size := assembled(tmp_path, lines) - ends) != thumb.size(lines):
            wrong[tuple(lines)] = size
    assert wrong == {}


@needs_chain
@pytest.mark.parametrize("branch", ["b", "bne"])
@pytest.mark.parametrize("away", [2, 62, 63, 64, 65, 500, 511, 512, 513])
def test_branches_are_as_long_as_the_assembler_makes_them(tmp_path, branch, away):
    filling = ["sxtb16 r0, r1"] * away
    for lines in ([f"{branch} 1f", *filling, "1:"], ["1:", *filling, f"{branch} 1b"]):
        assert thumb.size(lines) == assembled(tmp_path, lines)

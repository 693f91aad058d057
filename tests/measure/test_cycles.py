"""Prices of short sequences, each counted by hand from the rules that tinyml/measure/cycles.py states."""

from collections import Counter

import pytest

from tinyml.build.disassembly import Instruction, instruction
from tinyml.errors import BuildError
from tinyml.measure.cycles import TIMINGS, Program, cortex_m4, cortex_m7, cortex_m33
from tinyml.run.trace import Trace


def sequence(text: str) -> list[Instruction]:
    parts = [line.strip().partition(" ") for line in text.split(";")]
    return [instruction(mnemonic, operands, at=0x100) for mnemonic, _, operands in parts]


@pytest.mark.parametrize(
    ("cycles", "text"),
    [
        (1, "add r0, r1, r2"),
        (1, "smlad r0, r1, r2, r0"),
        (12, "sdiv r0, r1, r2"),
        (2, "ldr r0, [r1]"),
        # The examples of Arm's manual.
        (3, "ldr r0, [r1]; ldr r1, [r2]"),
        (3, "ldr r0, [r1, r2]; str r0, [r3, #20]"),
        (3, "ldr r0, [r1, r2]; str r1, [r3, r2]"),
        (4, "ldr r0, [r1, r5]; ldr r1, [r2]; ldr r2, [r3, #4]"),
        (4, "ldr r0, [r1]; ldr r2, [r0]"),  # the address is what was loaded
        (1, "str r0, [r1, #4]"),
        (2, "str r0, [r1, r2]"),
        (3, "str r0, [r1, #4]; ldr r2, [r3]"),  # nothing is pipelined after a store
        (3, "ldrd r0, r1, [r2]"),
        (4, "ldmia r0!, {r1, r2, r3}"),
        (5, "push {r4, r5, r6, lr}"),
        (6, "ldmia r0!, {r1, r2, r3}; ldr r4, [r5]"),
        (4, "add r1, r1, #4; ldr r0, [r1]"),  # the address was just computed
        (1, "bne.n 80"),
    ],
)
def test_cortex_m4(cycles, text):
    assert cortex_m4(sequence(text), False) == cycles


def test_a_taken_branch_fills_the_pipeline_again():
    loop = "ldrsb r0, [r1, #1]!; ldrsb r2, [r3, #1]!; smlabb r4, r0, r2, r4; subs r5, #1; bne.n 80"
    assert cortex_m4(sequence(loop), False) == 2 + 1 + 1 + 1 + 1
    assert cortex_m4(sequence(loop), True) == 2 + 1 + 1 + 1 + 1 + 2


@pytest.mark.parametrize(
    ("cycles", "text"),
    [
        (1, "add r0, r1, r2"),
        (1, "add r0, r1, r2; add r3, r4, r5"),
        (2, "add r0, r1, r2; add r3, r0, r5"),  # the second needs the first
        (2, "add r0, r1, r2; add r3, r4, r5; sub r6, r7, r8"),
        (2, "ldr r0, [r1]; ldr r2, [r3]"),  # one access a cycle
        (1, "ldr r0, [r1]; add r2, r3, r4"),
        (3, "ldr r0, [r1]; add r2, r0, r4"),  # a loaded value comes a cycle later
        (1, "smlad r0, r1, r2, r0; ldr r3, [r4]"),
        (2, "ldr r3, [r4]; smlad r0, r1, r2, r0"),  # multiplications only come first
        (2, "smlad r0, r1, r2, r0; smlad r0, r3, r4, r0"),  # a sum goes on at once
        (3, "mul r0, r1, r2; add r3, r0, r4"),
        (2, "lsls r0, r1, #2; lsls r2, r3, #2"),  # one shifter
        (3, "ldmia r0!, {r1, r2, r3, r4}"),
        (1, "adds r0, r1, #1; b.n 200"),
        (2, "cmp r0, r1; bne.n 200"),
        (10, "cmp r0, r1; bne.n 80"),  # a loop that ends
    ],
)
def test_cortex_m7(cycles, text):
    assert cortex_m7(sequence(text), False) == cycles


def test_a_taken_branch_is_predicted():
    assert cortex_m7(sequence("cmp r0, r1; bne.n 80"), True) == 3


@pytest.mark.parametrize(
    ("cycles", "text"),
    [
        (1, "add r0, r1, r2"),
        (2, "add r0, r1, r2; add r3, r4, r5"),  # one a cycle
        (2, "add r0, r1, r2; add r3, r0, r5"),
        (3, "ldr r0, [r1]; add r2, r0, r4"),  # a loaded value can be used two cycles later
        (3, "ldr r0, [r1]; ldr r5, [r6]; add r2, r0, r4"),
        (2, "ldr r0, [r1]; smlad r2, r3, r4, r0"),  # but as an addend after one
        (2, "ldr r0, [r1]; str r0, [r2]"),  # and so it can be stored
        (3, "ldr r0, [r1]; str r2, [r0]"),
        (2, "smlad r0, r1, r2, r0; smlad r0, r3, r4, r0"),  # a sum goes on at once
        (3, "smlad r0, r1, r2, r0; smlad r3, r0, r4, r3"),
        (2, "smlad r0, r1, r2, r0; str r0, [r5]"),
        (3, "add r0, r1, r2, lsl #2; add r3, r0, r4"),
        (2, "bfi r0, r1, #0, #8; add r3, r0, r4"),
        (2, "sxtab16 r0, r0, r1; smlad r2, r3, r4, r0"),
        (4, "ldmia r0!, {r1, r2, r3, r4}"),
        (5, "ldmia r0!, {r1, r2, r3, r4}; ldr r5, [r0]"),  # the pointer is there at once
        (2, "ldrd r0, r1, [r2]"),
        (12, "sdiv r0, r1, r2"),
        (4, "vfma.f32 s0, s1, s2; vadd.f32 s3, s0, s4"),
        (2, "cmp r0, r1; bne.n 80"),
    ],
)
def test_cortex_m33(cycles, text):
    assert cortex_m33(sequence(text), False) == cycles
    assert cortex_m33(sequence(text), True) == cycles + 1


def test_all_cores_with_the_dsp_extension_have_an_estimate():
    assert set(TIMINGS) == {"cortex-m4", "cortex-m7", "cortex-m33"}


def program() -> Program:
    listing = sequence("ldr r0, [r1]; add r0, r0, #1; bne.n 80; bx lr; bkpt 0")
    return Program(dict(zip((0x100, 0x102, 0x106, 0x108, 0x10A), listing, strict=True)))


def test_a_trace_is_the_sum_of_its_runs():
    trace = Trace(Counter({(0x100, 0x106): 9, (0x100, 0x108): 1}))
    assert program().executed(trace) == 9 * 3 + 4
    assert program().cycles(trace, cortex_m4) == 9 * (2 + 1 + 1 + 2) + (2 + 1 + 1 + 1 + 2)


def test_an_instruction_without_a_timing_is_told():
    unknown = Program({0x100: instruction("qrstuv", "r0, r1")})
    with pytest.raises(BuildError, match="qrstuv"):
        unknown.cycles(Trace(Counter({(0x100, 0x100): 1})), cortex_m4)

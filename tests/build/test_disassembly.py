import pytest

from tinyml.build.disassembly import instruction, parse

TEXT = """
firmware.elf:     file format elf32-littlearm


Disassembly of section .text:

00000040 <run>:
  40:\tldr.w\tr0, [r1, #4]
  44:\tadds\tr0, r0, r2
  46:\tnop
  48:\tbne.n\t40 <run>
  4a:\tbx\tlr
  4c:\t.word\t0x00000bc0
"""


def test_a_listing_gives_instructions_by_address():
    found = dict(parse(TEXT))
    assert list(found) == [0x40, 0x44, 0x46, 0x48, 0x4A]
    assert found[0x48].is_backwards
    assert found[0x48].is_conditional
    assert not found[0x4A].is_backwards


@pytest.mark.parametrize(
    ("text", "kind", "reads", "writes"),
    [
        ("add.w r3, r2, r1", "data", "r1 r2", "r3"),
        ("adds r0, #4", "data", "r0", "r0 flags"),
        ("add r0, r1", "data", "r0 r1", "r0"),
        ("mov fp, r1", "data", "r1", "r11"),
        ("movt r0, #7", "data", "r0", "r0"),
        ("cmp r0, r1", "data", "r0 r1", "flags"),
        ("rsbgt r0, r1, #3", "data", "r1 flags", "r0"),
        ("ite lt", "data", "flags", ""),
        ("usat r3, #8, r3, asr #1", "data", "r3", "r3"),
        ("mul.w r9, r2, r5", "multiply", "r2 r5", "r9"),
        ("mla r7, r3, fp, r6", "multiply", "r3 r6 r11", "r7"),
        ("smull r1, r3, r5, r2", "multiply", "r2 r5", "r1 r3"),
        ("smlal r3, r9, r6, r5", "multiply", "r3 r5 r6 r9", "r3 r9"),
        ("smlad r4, r0, r1, r4", "multiply", "r0 r1 r4", "r4"),
        ("smmlar r4, r0, r1, r2", "multiply", "r0 r1 r2", "r4"),
        ("sdiv r0, r1, r2", "divide", "r1 r2", "r0"),
        ("ldrsb.w r3, [ip, #1]!", "load", "r12", "r3 r12"),
        ("ldr r3, [r1, r2, lsl #2]", "load", "r1 r2", "r3"),
        ("strb.w r3, [r4], #1", "store", "r3 r4", "r4"),
        ("ldrd r5, r3, [sp, #112]", "multiple", "r13", "r3 r5"),
        ("ldmia.w r0!, {r4-r6, lr}", "multiple", "r0", "r0 r4 r5 r6 r14"),
        ("push {r4, lr}", "multiple", "r4 r13 r14", "r13"),
        ("pop {r4, pc}", "multiple", "r13", "r4 r13 r15"),
        ("bls.n d0", "branch", "flags", ""),
        ("cbz r2, d0", "branch", "r2", ""),
        ("blx r3", "branch", "r3", "r14"),
        ("vldmia r0!, {s0-s3}", "multiple", "r0", "r0 s0 s1 s2 s3"),
        ("qrstuv r0, r1", "unknown", "r0 r1", "r0"),
    ],
)
def test_an_instruction_says_what_it_needs_and_gives(text, kind, reads, writes):
    mnemonic, _, operands = text.partition(" ")
    found = instruction(mnemonic, operands)
    assert (found.kind, found.reads, found.writes) == (kind, set(reads.split()), set(writes.split()))


def test_what_timing_depends_on():
    assert instruction("ldrd", "r5, r3, [sp, #112]").words == 2
    assert instruction("push", "{r4-r7, lr}").words == 5
    assert instruction("str", "r0, [r1, #4]").has_immediate_offset
    assert not instruction("str", "r0, [r1, r2]").has_immediate_offset
    assert instruction("smlabb", "r6, r2, r8, r6").addends == {"r6"}
    assert instruction("smlal", "r3, r9, r6, r5").addends == {"r3", "r9"}
    assert not instruction("umull", "r3, r9, r6, r5").addends
    assert instruction("usat", "r3, #8, r3, asr #1").is_shifted
    assert instruction("add.w", "r0, r1, r2, lsl #2").is_shifted
    assert instruction("uadd8", "r0, r1, r2").is_simd

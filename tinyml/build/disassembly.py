"""The instructions of a Thumb image: what each is, reads and writes, as far as its timing depends on it."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tinyml.architecture import Architecture
from tinyml.build.toolchain import find_compiler
from tinyml.errors import BuildError

_SECONDS = 60
_LINE = re.compile(
    r"^\s*(?P<address>[0-9a-f]+):\t(?P<mnemonic>[a-z][\w.]*)(?:[ \t]+(?P<operands>[^;<@\n]*))?", re.MULTILINE
)
_REGISTER = re.compile(
    r"\b(?:(?P<number>[rsdq]\d+)|(?P<name>sp|lr|pc|ip|fp|sl|sb))(?:-(?P<last>[rsdq]\d+|ip|fp|sl|lr|pc))?\b"
)
_NAMED = {"sb": "r9", "sl": "r10", "fp": "r11", "ip": "r12", "sp": "r13", "lr": "r14", "pc": "r15"}
_CONDITION = re.compile(r"^(?P<base>[a-z0-9.]+?)(?:eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)$")

# Mnemonics without the S for flags and without conditions, by what they are.
_LOADS = frozenset("ldr ldrb ldrh ldrsb ldrsh ldrt ldrex ldrexb ldrexh vldr lda ldab ldah".split())
_STORES = frozenset("str strb strh strt strex strexb strexh vstr stl stlb stlh".split())
_MULTIPLES = frozenset(
    "ldrd strd ldm ldmia ldmdb ldmfd stm stmia stmdb stmfd push pop "
    "vldm vldmia vldmdb vstm vstmia vstmdb vpush vpop".split()
)
_BRANCHES = frozenset("b bl bx blx cbz cbnz tbb tbh bxns blxns".split())
_INDIRECT = frozenset("bx blx bxns blxns tbb tbh".split())
_DIVISIONS = frozenset("sdiv udiv vdiv vsqrt".split())
_MULTIPLIES = re.compile(
    r"mul|mla|mls|[su]mull|[su]mlal|umaal|smul[bt][bt]|smulw[bt]|smla[bt][bt]|smlaw[bt]|smlal[bt][bt]|smla?l?dx?"
    r"|smlsl?dx?|smu[as]dx?|smm[lu][als]?r?|usada?8|vmul|vn?ml[as]|vfn?m[as]"
)
_LONG_SUM = re.compile(r"[su]mlal|umaal|smlal(?:[bt][bt]|dx?)|smlsldx?")
_FLOAT_SUM = re.compile(r"vn?ml[as]|vfn?m[as]")
_COMPARISONS = frozenset("cmp cmn tst teq vcmp vcmpe".split())
_UNARY = frozenset(
    "mov movw mvn neg rev rev16 revsh rbit clz sxtb sxth uxtb uxth sxtb16 uxtb16 vmov vneg vabs vcvt vcvtr".split()
)
_UPDATES = frozenset("movt bfi bfc".split())  # write a part of the register, so that they need the rest of it
_SIMD = re.compile(
    r"(?:s|q|sh|u|uq|uh)(?:add|sub)(?:8|16)|(?:s|q|sh|u|uq|uh)(?:asx|sax)|[su]sat16|qd?(?:add|sub)|sel|pkh(?:bt|tb)"
)
_SHIFTED = re.compile(r"(?:lsl|lsr|asr|ror|rrx)\b|[su]xta?[bh]|[su]bfx|bf[ic]|[su]sat")
_OTHER = frozenset(
    "add adc sub sbc rsb and orr orn eor bic lsl lsr asr ror rrx ssat usat sbfx ubfx sxtab sxtah uxtab uxtah "
    "sxtab16 uxtab16 adr addw subw nop it mrs msr cps cpsid cpsie dsb dmb isb svc bkpt udf wfi wfe sev pld pli "
    "clrex vadd vsub vmrs vmsr vmaxnm vminnm sg".split()
)


@dataclass(frozen=True)
class Instruction:
    """One instruction.

    Attributes:
        mnemonic: without flags, width and condition, such as "add" for `addseq.w`.
        kind: "load", "store", "multiple" (loads or stores of several words), "branch", "multiply", "divide",
            "data", or "unknown".
        reads, writes: registers such as "r0", and "flags".
        address: the registers of the address of a load or store.
        words: how many words a load or store moves.
        is_conditional: whether it depends on the flags: an instruction of an IT block, or a conditional branch.
        has_immediate_offset: of a load or store, that its address is a register and a constant.
        is_shifted: whether an operand goes through the shifter, or a bit field or byte is taken out of it.
        is_simd: whether it works on the halves or bytes of a register, or is saturating arithmetic.
        addends: the registers that a multiplication adds its product to.
        is_backwards: of a branch, that it leads to a lower address or its own.
    """

    mnemonic: str
    kind: str
    reads: frozenset[str]
    writes: frozenset[str]
    address: frozenset[str] = frozenset()
    words: int = 0
    is_conditional: bool = False
    has_immediate_offset: bool = False
    is_shifted: bool = False
    is_simd: bool = False
    addends: frozenset[str] = frozenset()
    is_backwards: bool = False


def disassemble(elf: Path, architecture: Architecture) -> dict[int, Instruction]:
    """Return the instructions of the image `elf` by their addresses.

    Raises:
        MissingToolError: there is no compiler, and no objdump beside it.
        BuildError: the image cannot be read.
    """
    compiler = find_compiler(architecture)
    objdump = compiler.with_name(f"{architecture.tool_prefix}objdump")
    try:
        answer = subprocess.run(
            [objdump, "-d", "--no-show-raw-insn", elf],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise BuildError(f"{objdump} cannot read the image {elf}: {error}") from error
    return dict(parse(answer.stdout))


def parse(text: str) -> Iterator[tuple[int, Instruction]]:
    """Yield each instruction of objdump's `text`, and its address."""
    for line in _LINE.finditer(text):
        address = int(line["address"], 16)
        yield address, instruction(line["mnemonic"], line["operands"] or "", address)


def _is_known(mnemonic: str) -> bool:
    known = (_LOADS, _STORES, _MULTIPLES, _BRANCHES, _DIVISIONS, _COMPARISONS, _UNARY, _UPDATES, _OTHER)
    patterns = (_MULTIPLIES, _SIMD)
    return any(mnemonic in names for names in known) or any(pattern.fullmatch(mnemonic) for pattern in patterns)


@cache
def _split(mnemonic: str) -> tuple[str, bool, bool]:
    """Return a mnemonic without the width, flags and condition, whether it has a condition and sets the flags."""
    name = mnemonic.partition(".")[0]
    if re.fullmatch(r"i[te]{1,4}|it[te]*", name):
        return "it", False, False
    condition = _CONDITION.match(name)
    for base, is_conditional in ((name, False), (condition["base"] if condition else "", True)):
        if _is_known(base):
            return base, is_conditional, base in _COMPARISONS
        if base.endswith("s") and _is_known(base[:-1]) and base[:-1] not in _BRANCHES:
            return base[:-1], is_conditional, True
    return name, False, False


def _registers(text: str) -> list[str]:
    found = []
    for match in _REGISTER.finditer(text):
        first = _NAMED.get(match["name"], match["number"])
        last = _NAMED.get(match["last"] or "", match["last"] or first)
        found += [f"{first[0]}{n}" for n in range(int(first[1:]), int(last[1:]) + 1)]
    return found


def _words(registers: list[str]) -> int:
    return sum(2 if register.startswith("d") else 1 for register in registers)


def instruction(mnemonic: str, operands: str, at: int = 0) -> Instruction:
    """Return what the instruction at the address `at` is.

    Args:
        mnemonic: as objdump spells it, such as "ldr.w".
        operands: likewise, such as "r0, [r1, #4]".
        at: where it stands.
    """
    base, is_conditional, sets_flags = _split(mnemonic)
    flags = frozenset(["flags"])
    extra_reads = flags if is_conditional or base in ("adc", "sbc", "it", "sel") else frozenset[str]()
    if base in _BRANCHES:
        target = None if base in _INDIRECT else re.fullmatch(r"(?:\w+, *)?([0-9a-f]+)\s*", operands)
        register = operands if base in _INDIRECT else operands.rpartition(",")[0]  # a target may look like d0
        return Instruction(
            base,
            "branch",
            reads=frozenset(_registers(register)) | extra_reads,
            writes=frozenset(["r14"]) if base in ("bl", "blx") else frozenset(),
            is_conditional=is_conditional or base in ("cbz", "cbnz"),
            is_backwards=target is not None and int(target[1], 16) <= at,
        )
    if base in _LOADS | _STORES | _MULTIPLES:
        return _access(base, operands, is_conditional, extra_reads)
    kind = "multiply" if _MULTIPLIES.fullmatch(base) else "divide" if base in _DIVISIONS else "data"
    kind = kind if _is_known(base) else "unknown"
    registers = _registers(operands)
    reads, writes = _data_registers(base, registers, operands)
    return Instruction(
        base,
        kind,
        reads | extra_reads,
        writes | flags if sets_flags else writes,
        is_conditional=is_conditional,
        is_shifted=bool(_SHIFTED.match(base) or _SHIFTED.search(operands)),
        is_simd=bool(_SIMD.fullmatch(base)) or base in ("rev", "rev16", "revsh"),
        addends=_addends(base, registers),
    )


def _addends(base: str, registers: list[str]) -> frozenset[str]:
    if _LONG_SUM.fullmatch(base):
        return frozenset(registers[:2])
    has_addend = _MULTIPLIES.fullmatch(base) and base not in ("smull", "umull")
    return frozenset(registers[3:]) if has_addend else frozenset()


def _data_registers(base: str, registers: list[str], operands: str) -> tuple[frozenset[str], frozenset[str]]:
    if base in _COMPARISONS or not registers:
        return frozenset(registers), frozenset()
    results = 2 if base in ("smull", "umull") or _LONG_SUM.fullmatch(base) else 1
    sources = registers[results:]
    has_two_operands = operands.count(",") == 1 and base not in _UNARY  # add r0, r1: the first is read too
    is_accumulated = base in _UPDATES or _LONG_SUM.fullmatch(base) or _FLOAT_SUM.fullmatch(base)
    if has_two_operands or is_accumulated:
        sources = registers
    return frozenset(sources), frozenset(registers[:results])


def _access(base: str, operands: str, is_conditional: bool, extra_reads: frozenset[str]) -> Instruction:
    is_load = base in _LOADS or base.startswith(("ldr", "ldm", "pop", "vldm", "vpop"))
    if base in ("push", "pop", "vpush", "vpop"):
        moved, address, updated = _registers(operands), ["r13"], True
    elif "{" in operands:
        pointer, _, rest = operands.partition(",")
        moved, address, updated = _registers(rest), _registers(pointer), "!" in pointer
    else:
        before, _, inside = operands.partition("[")
        moved, address = _registers(before), _registers(inside)
        updated = "]!" in inside or re.search(r"\],", inside) is not None
    base_register = frozenset(address[:1]) if updated else frozenset[str]()
    values = frozenset(moved)
    words = _words(moved)
    return Instruction(
        base,
        "multiple" if base in _MULTIPLES or words > 1 else "load" if is_load else "store",
        frozenset(address) | extra_reads | (frozenset() if is_load else values),
        base_register | (values if is_load else frozenset()),
        address=frozenset(address),
        words=words,
        is_conditional=is_conditional,
        has_immediate_offset=len(address) == 1,
    )

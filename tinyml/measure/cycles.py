"""An *estimate* of the cycles that an emulated core's instructions take on silicon, from published timings.

QEMU counts instructions and knows no pipeline. Here each executed straight run of instructions is priced by the
rules of its core, with these assumptions: no wait states (code, constants and data in memory as fast as the core),
every access aligned, no interrupt; where a rule gives a range, the value taken stands beside it.

How far that is from silicon: for stock TensorFlow Lite Micro with CMSIS-NN on an STM32L4R5 (Cortex-M4 at 120 MHz,
flash with wait states behind a cache), 12.0 and 46.7 million cycles are published for MLPerf Tiny's keyword model
and ResNet-8. An estimate of this kind, made of that code, is 9.15 and 36.4 million: 0.76 and 0.78 of them. The
rest is mostly wait states, so that estimates compare programs with each other; they promise nothing of a chip.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

from tinyml.build.disassembly import Instruction
from tinyml.errors import BuildError
from tinyml.run.trace import Trace

_UNKNOWN_HINT = (
    "Name it in tinyml/build/disassembly.py, and its cycles in tinyml/measure/cycles.py if they are not 1."
)

# Cortex-M4 (Arm DDI 0439, r0p1, chapters 3.3 and 7.2).
_M4_REFILL = 2  # of the pipeline after a taken branch: 1 to 3, by the target's alignment and width
_M4_DIVISION = 12  # 2 to 12: it ends early
_M4_CYCLES = {"mrs": 2, "msr": 2, "vdiv": 14, "vsqrt": 14, "vmla": 3, "vmls": 3, "vnmla": 3, "vnmls": 3}
_M4_CYCLES |= {"vfma": 3, "vfms": 3, "vfnma": 3, "vfnms": 3, "tbb": 2, "tbh": 2}


def cortex_m4(run: Sequence[Instruction], is_left: bool = True) -> int:
    """Return the cycles of a straight `run` on a Cortex-M4; `is_left` where it ends in a taken branch.

    A load takes 2 cycles, and 1 right after another load, unless it needs that one's result as its address. A
    store takes 1 with a constant offset; with a register 2, and 1 after a load. N words take 1 + N. A load or
    store whose address is the result of the data instruction before it waits a cycle. A branch takes 1, and 2 more
    if it is taken.
    """
    total = _M4_REFILL if is_left else 0
    before: Instruction | None = None
    for now in run:
        total += _m4_cycles(now, before)
        before = now
    return total


def _m4_cycles(now: Instruction, before: Instruction | None) -> int:
    if now.kind in ("load", "store", "multiple"):
        is_late = before is not None and before.kind in ("data", "multiply") and bool(before.writes & now.address)
        return is_late + _m4_access(now, before)
    if now.mnemonic in ("sdiv", "udiv"):
        return _M4_DIVISION
    return _M4_CYCLES.get(now.mnemonic, 1)


def _m4_access(now: Instruction, before: Instruction | None) -> int:
    if now.kind == "multiple":
        return 1 + now.words
    follows_load = before is not None and before.kind == "load" and not before.writes & now.address
    if now.kind == "store" and now.has_immediate_offset:
        return 1
    return 1 if follows_load else 2


# Cortex-M7: Arm publishes no timings. What follows are assumptions after published measurements of others; where
# they disagree, the dearer was taken.
_M7_BUBBLE = 1  # after a taken branch, which is predicted
_M7_MISPREDICTED = 8  # a conditional branch backwards that is not taken: a loop's end
_M7_LOAD_LATENCY = 2
_M7_MULTIPLY_LATENCY = 2
_M7_DIVISION = 12
_M7_FLOAT_LATENCY = 3


def cortex_m7(run: Sequence[Instruction], is_left: bool = True) -> int:
    """Return the cycles of a straight `run` on a Cortex-M7; `is_left` where it ends in a taken branch.

    In order, two neighbours a cycle: where the second needs no result of the first, with at most one of them a
    load or store, one with a shifted operand, one a branch, and a multiplication or SIMD instruction only as the
    first. Those with conditions, divisions, and loads and stores of N words issue alone, the last in 1 + N/2
    cycles. A loaded or multiplied value can be used two cycles later, a sum of products as another's addend after
    one.
    """
    ready: dict[str, int] = {}
    ready_addend: dict[str, int] = {}
    clock, partner = -1, None
    for index, now in enumerate(run, start=1):
        needed = [(ready_addend if register in now.addends else ready).get(register, 0) for register in now.reads]
        at = max(needed, default=0)
        if partner is not None and at <= clock and _m7_pairs(partner, now):
            partner = None
        else:
            clock = max(clock + 1, at) + _m7_busy(now)
            partner = None if _m7_busy(now) else now
        if now.is_conditional and now.is_backwards and not (is_left and index == len(run)):
            clock += _M7_MISPREDICTED
        for register in now.writes:
            ready[register] = clock + (1 if register == "flags" else _m7_latency(now))
            ready_addend[register] = clock + 1 if now.kind == "multiply" else ready[register]
    return clock + 1 + (_M7_BUBBLE if is_left else 0)


def _m7_busy(now: Instruction) -> int:
    """Return for how many cycles after its own an instruction keeps others from being issued."""
    if now.kind == "multiple":
        return (now.words + 1) // 2
    return _M7_DIVISION - 1 if now.kind == "divide" else 0


def _m7_latency(now: Instruction) -> int:
    if now.mnemonic.startswith("v") and now.kind != "load":
        return _M7_FLOAT_LATENCY
    return {"load": _M7_LOAD_LATENCY, "multiply": _M7_MULTIPLY_LATENCY}.get(now.kind, 1)


def _m7_pairs(first: Instruction, second: Instruction) -> bool:
    if first.writes & (second.reads | second.writes) or first.is_conditional or first.kind == "branch":
        return False
    if second.kind == "branch":
        return True
    is_alone = second.is_conditional or second.kind in ("multiple", "divide", "multiply") or second.is_simd
    both_access = first.kind in ("load", "store") and second.kind in ("load", "store")
    return not (is_alone or both_access or (first.is_shifted and second.is_shifted))


# Cortex-M33: Arm's manual (100230) has no timings. What follows are assumptions after measurements of an r1p0 that
# others published (github.com/jnk0le/random, "pipeline cycle test"); what those leave open was taken as the
# dearer: whatever is saturated, taken out of a register or works on its parts is usable as late as a product.
_M33_TAKEN = 1  # more for a taken branch; the measurements have 0 too, after certain narrow instructions
_M33_LATENCY = 2  # until a loaded, multiplied or shifted value can be used
_M33_DIVISION = 12  # 2 to 12: it ends early
_M33_FLOAT_LATENCY = 3
_M33_CYCLES = {"smull": 2, "umull": 2, "smlal": 2, "umlal": 2, "umaal": 2, "vdiv": 14, "vsqrt": 14}
_M33_CYCLES |= {"tbb": 3, "tbh": 3, "mrs": 2, "msr": 2}


def cortex_m33(run: Sequence[Instruction], is_left: bool = True) -> int:
    """Return the cycles of a straight `run` on a Cortex-M33; `is_left` where it ends in a taken branch.

    In order, one a cycle: the core issues a branch, an IT or a NOP together with a narrow instruction before it,
    which is not counted. N words take N. A value that was loaded, multiplied or shifted can be used two cycles
    later, as another product's addend or in a store after one. A taken branch takes 2.
    """
    ready: dict[str, int] = {}
    ready_late: dict[str, int] = {}  # for addends and stored values, which are needed a stage later
    clock = 0
    for now in run:
        late = now.addends | (now.reads - now.address if now.kind == "store" else frozenset())
        needed = [(ready_late if register in late else ready).get(register, 0) for register in now.reads]
        at = max([clock, *needed])
        clock = at + _m33_busy(now)
        for register in now.writes:
            is_result = register not in now.address or now.kind not in ("load", "store", "multiple")
            ready[register] = clock - 1 + (_m33_latency(now) if is_result else 1)
            ready_late[register] = clock + (_M33_FLOAT_LATENCY - 1 if _m33_is_float(now) else 0)
    return clock + (_M33_TAKEN if is_left else 0)


def _m33_busy(now: Instruction) -> int:
    """Return for how many cycles an instruction keeps others from being issued."""
    if now.kind == "multiple":
        return now.words
    if now.mnemonic in ("sdiv", "udiv"):
        return _M33_DIVISION
    return _M33_CYCLES.get(now.mnemonic, 1)


def _m33_is_float(now: Instruction) -> bool:
    return now.mnemonic.startswith("v") and now.kind not in ("load", "store", "multiple")


def _m33_latency(now: Instruction) -> int:
    if _m33_is_float(now):
        return _M33_FLOAT_LATENCY
    is_late = now.kind in ("load", "multiple", "multiply") or now.is_shifted or now.is_simd
    return _M33_LATENCY if is_late and now.mnemonic not in ("bfi", "bfc") else 1


Timing = Callable[[Sequence[Instruction], bool], int]
TIMINGS: Mapping[str, Timing] = {"cortex-m4": cortex_m4, "cortex-m7": cortex_m7, "cortex-m33": cortex_m33}


class Program:
    """A disassembled image, for the questions about what ran of it.

    Args:
        instructions: by address.
    """

    def __init__(self, instructions: Mapping[int, Instruction]) -> None:
        self._addresses = sorted(instructions)
        self._instructions = instructions

    def _run(self, first: int, last: int) -> list[Instruction]:
        begin, end = bisect_left(self._addresses, first), bisect_left(self._addresses, last)
        return [self._instructions[address] for address in self._addresses[begin : end + 1]]

    def executed(self, trace: Trace) -> int:
        """Return how many instructions `trace` holds."""
        return sum(count * len(self._run(*run)) for run, count in trace.runs.items())

    def cycles(self, trace: Trace, timing: Timing) -> int:
        """Return the estimate of the cycles of all that `trace` holds.

        Raises:
            BuildError: an instruction is of no known kind, so that it has no price.
        """
        total = 0
        for (first, last), count in trace.runs.items():
            run = self._run(first, last)
            if unknown := [instruction.mnemonic for instruction in run if instruction.kind == "unknown"]:
                raise BuildError(f"there is no timing for the instruction {unknown[0]}", _UNKNOWN_HINT)
            total += count * timing(run, True)
        return total

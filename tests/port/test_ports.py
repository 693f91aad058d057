"""The ports on the emulated boards: start, console, counter, faults and reset."""

import os
import queue
import subprocess
import threading

import pytest

from tests.build import projects
from tinyml import board as boards
from tinyml.build import build
from tinyml.link import faults
from tinyml.plan.budget import stack_bytes

# Obeys one-letter commands from the console and answers with a line of hexadecimal words.
MAIN = """\
#include <string.h>

#include "tm_port.h"

static void put_word(uint32_t value) {
  for (int32_t shift = 28; shift >= 0; shift -= 4) {
    tm_port_write((uint8_t) "0123456789abcdef"[(value >> shift) & 15u]);
  }
  tm_port_write(' ');
}

static void end_line(void) { tm_port_write('\\n'); }

void tm_fault(const tm_fault_state *state) {
  tm_port_write('F');
  put_word(state->cause);
  put_word(state->address);
  for (uint32_t i = 0; i < TM_FAULT_REGISTERS; ++i) {
    put_word(state->registers[i]);
  }
  end_line();
  tm_port_halt();
}

static uint32_t initialized = 0x12345678u;
static uint32_t zeroed;
static volatile float fraction = 0.5f;

#if defined(__riscv)
#define COUNT_DOWN "1: addi %0, %0, -1 \\n bnez %0, 1b"
#define UNDEFINED "unimp"
#define LOW_REGISTER "r"
#define LOAD_WORD "lw t0, 0(%0)"
#define LOADED "t0"
#define SET_REGISTERS \\
  "li a0, 0x100; li a1, 0x101; li a2, 0x102; li a3, 0x103; li a4, 0x104; li a5, 0x105; li a6, 0x106;" \\
  "li a7, 0x107; li s0, 0x108; li s1, 0x109; li t0, 0x10a; li t1, 0x10b; li t2, 0x10c;"
#else
#define COUNT_DOWN ".syntax unified \\n 1: subs %0, %0, #1 \\n bne 1b"
#define UNDEFINED "udf #0"
#define LOW_REGISTER "l"
#define LOAD_WORD "ldr r3, [%0]"
#define LOADED "r3"
#define SET_REGISTERS \\
  ".syntax unified; movs r0, #0x48; mov r8, r0; movs r0, #0x49; mov r9, r0; movs r0, #0x4a; mov r10, r0;" \\
  "movs r0, #0x4b; mov r11, r0; movs r0, #0x4c; mov r12, r0; movs r0, #0x40; movs r1, #0x41;" \\
  "movs r2, #0x42; movs r3, #0x43; movs r4, #0x44; movs r5, #0x45; movs r6, #0x46; movs r7, #0x47;"
#endif

/* Two instructions a turn. */
__attribute__((noinline)) static uint32_t count(uint32_t turns) {
  uint32_t start = tm_port_ticks();
  __asm volatile(COUNT_DOWN : "+" LOW_REGISTER(turns)::"cc");
  return tm_port_ticks() - start;
}

__attribute__((noinline)) static uint32_t overflow(uint32_t depth) {
  volatile uint32_t frame[50];
  frame[depth % 50u] = depth;
  if (depth == UINT32_MAX) {
    return 0;
  }
  return overflow(depth + 1u) + frame[(depth + 1u) % 50u];
}

/* In sections of their own, so that the test can look their addresses up. */
__attribute__((noinline)) void tm_test_read_nothing(void) { (void)*(volatile uint32_t *)0xE8000000u; }
__attribute__((noinline)) void tm_test_undefined(void) { __asm volatile(UNDEFINED); }
__attribute__((noinline)) void tm_test_unaligned(void) {
  __asm volatile(LOAD_WORD ::LOW_REGISTER((uintptr_t)__tm_stack_bottom + 2u) : LOADED, "memory");
}

/* Gives registers values that tell them apart, and faults. */
__attribute__((noinline)) static void tm_test_registers(void) { __asm volatile(SET_REGISTERS UNDEFINED); }

#define COPY_BYTES 40u

static uint8_t copy_source[COPY_BYTES + 8u], copy_target[COPY_BYTES + 8u];

static uint8_t copied_byte(uint32_t at, uint32_t to, uint32_t from, uint32_t size) {
  return at >= to && at < to + size ? copy_source[from + at - to] : 0xEEu;
}

/* Copies of every size and alignment; returns how many bytes in all are not what they should be. */
__attribute__((noinline)) static uint32_t wrong_copies(void) {
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < sizeof(copy_source); ++i) {
    copy_source[i] = (uint8_t)(i * 37u + 1u);
  }
  for (uint32_t i = 0; i < 16u * (COPY_BYTES + 1u); ++i) {
    const uint32_t to = i % 4u, from = i / 4u % 4u;
    volatile uint32_t size = i / 16u; /* the compiler must not know it */
    memset(copy_target, 0xEE, sizeof(copy_target));
    wrong += memcpy(copy_target + to, copy_source + from, size) != copy_target + to;
    for (uint32_t at = 0; at < sizeof(copy_target); ++at) {
      wrong += copy_target[at] != copied_byte(at, to, from, size);
    }
  }
  return wrong;
}

static void obey(int32_t command) {
  switch (command) {
    case 'h':
      put_word(tm_port_clock_hz());
      end_line();
      break;
    case 's':
      put_word(__tm_stack_bottom[0]);
      put_word((uint32_t)(__tm_stack_top - __tm_stack_bottom) * 4u);
      put_word(initialized++);
      put_word(zeroed++);
      put_word((uint32_t)(fraction * 8.0f));
      end_line();
      break;
    case 'm':
      put_word(wrong_copies());
      end_line();
      break;
    case 'c':
      put_word(count(1000u));
      put_word(count(1001000u));
      end_line();
      break;
    case 'o':
      put_word(overflow(0));
      break;
    case 'b':
      tm_test_read_nothing();
      break;
    case 'a':
      tm_test_unaligned();
      break;
    case 'u':
      tm_test_undefined();
      break;
    case 'g':
      tm_test_registers();
      break;
    case 'r':
      tm_port_reset();
      break;
    default:
      break;
  }
}

int main(void) {
  tm_port_init();
  put_word(0xB007B007u);
  end_line();
  for (;;) {
    obey(tm_port_read());
  }
}
"""


MARKED = {f"r{i}": 0x40 + i for i in range(13)}
MARKED |= (
    {f"a{i}": 0x100 + i for i in range(8)} | {"s0": 0x108, "s1": 0x109} | {f"t{i}": 0x10A + i for i in range(3)}
)


class Machine:
    """An emulated board whose console is the emulator's standard input and output."""

    def __init__(self, image, board):
        self.architecture = board.architecture
        qemu, emulator = board.qemu, board.architecture.emulator
        serial = ["-serial", "null"] * qemu.serial_index + ["-serial", "stdio", "-monitor", "none"]
        machine = [emulator, "-M", qemu.machine, *qemu.options]
        clock = ["-icount", f"shift={qemu.icount_shift},sleep=off"]
        self._process = subprocess.Popen(
            [*machine, *clock, "-kernel", image.elf, "-display", "none", *serial],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line.decode().strip())

    def line(self, seconds=20.0):
        return self._lines.get(timeout=seconds)

    def send(self, command):
        os.write(self._process.stdin.fileno(), command.encode())

    def ask(self, command):
        self.send(command)
        return [int(word, 16) for word in self.line().removeprefix("F").split()]

    def close(self):
        self._process.kill()
        self._process.wait(10)


@pytest.fixture(scope="module", params=projects.KINDS)
def board(request):
    return boards.load(request.param)


@pytest.fixture(scope="module")
def image(board, tmp_path_factory):
    return build(projects.write(tmp_path_factory.mktemp("port"), board.name, MAIN).path)


@pytest.fixture
def machine(image, board):
    machine = Machine(image, board)
    try:
        assert machine.line() == "b007b007"
        yield machine
    finally:
        machine.close()


def address(image, symbol):
    """Return the first address of a function and the one after its end."""
    from elftools.elf.elffile import ELFFile

    with image.elf.open("rb") as stream:
        (found,) = ELFFile(stream).get_section_by_name(".symtab").get_symbol_by_name(symbol)
    start = found["st_value"] & ~1
    return range(start, start + found["st_size"])


def fault(machine, command):
    """Return cause, address and registers of the fault that `command` provokes."""
    cause, faulting, *values = machine.ask(command)
    return cause, faulting, dict(zip(faults.registers(machine.architecture), values, strict=True))


def told(board, cause):
    """Return what a fault's cause says; of a core that knows but one fault, whether it is that one."""
    text = faults.describe(board.architecture, cause)
    return "" if board.cpu == "cortex-m0" and text.startswith("a hard fault: ") else text


def test_starts_with_painted_stack_and_variables_in_place(machine, board):
    assert machine.ask("s") == [0xA5A5A5A5, stack_bytes(board), 0x12345678, 0, 4]
    assert machine.ask("s")[2:4] == [0x12345679, 1]


def test_tells_the_clock_that_it_really_has(machine, board):
    reset_hz = {"stm32f4": 16_000_000, "stm32f1": 8_000_000}  # QEMU models no clock tree of an STM32
    assert machine.ask("h") == [reset_hz.get(board.port, board.clock_hz)]


def test_the_counter_moves_as_the_board_file_says(machine, board):
    short, long = machine.ask("c")
    instructions = 2 * 1_000_000
    possible = (
        instructions,
        instructions + board.counter.wrap_instructions,
    )  # at most one wrap in so short a time
    ticks = [count * board.qemu.ticks_per_instruction for count in possible]
    assert min(abs(long - short - expected) for expected in ticks) < 2


def test_memory_is_copied_at_every_size_and_alignment(machine):
    assert machine.ask("m") == [0]


def test_a_stack_overflow_is_reported(machine, board):
    cause = machine.ask("o")[0]
    assert faults.describe(board.architecture, cause) == "stack overflow"


def test_a_read_outside_memory_is_reported_with_its_place(machine, board, image):
    if board.port == "lm3s":
        pytest.skip("QEMU's Stellaris machines answer such a read with zero")
    cause, faulting, registers = fault(machine, "b")
    assert told(board, cause) in ("access to an address without memory", "")
    assert faulting == (0 if board.cpu == "cortex-m0" else 0xE8000000)
    assert registers["pc"] in address(image, "tm_test_read_nothing")
    assert (registers.get("lr") or registers["ra"]) & ~1 in address(image, "main")


def test_registers_are_reported_as_they_were(machine, board):
    _, _, registers = fault(machine, "g")
    names = [name for name in faults.registers(board.architecture) if name in MARKED]
    assert len(names) == 13
    assert {name: registers[name] for name in names} == {name: MARKED[name] for name in names}


def test_an_undefined_instruction_is_reported_with_its_place(machine, board, image):
    cause, _, registers = fault(machine, "u")
    assert told(board, cause) in ("undefined instruction", "")
    assert registers["pc"] in address(image, "tm_test_undefined")


def test_an_unaligned_access_is_reported_with_its_place(machine, board, image):
    if board.architecture.name == "riscv":
        pytest.skip("QEMU's RISC-V cores carry out unaligned accesses")
    cause, _, registers = fault(machine, "a")
    assert told(board, cause) in ("unaligned access", "")
    assert registers["pc"] in address(image, "tm_test_unaligned")


def test_a_reset_starts_afresh(machine, board):
    machine.ask("s")
    machine.send("r")
    assert machine.line() == "b007b007"
    assert machine.ask("s") == [0xA5A5A5A5, stack_bytes(board), 0x12345678, 0, 4]


def test_a_halted_board_says_nothing_more(machine):
    machine.ask("u")
    machine.send("s")
    with pytest.raises(queue.Empty):
        machine.line(seconds=0.5)

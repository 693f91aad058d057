"""A model of the registers that the STM32 ports set their clocks up with, written from the reference manuals.

QEMU has none of them. The port is compiled for the host, and each of its accesses asks the model where the
register lies. The model sees what was written at the next access. It notes a problem when the port reaches for a
register that the chip has not or has not clocked, or goes to a clock that the chip does not bear at that moment.
"""

import ctypes
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tinyml import resources
from tinyml.board import Board
from tinyml.generate import platformio
from tinyml.plan.placement import place

_GPIO_PORTS = 11

_REGISTERS = """\
#include "tm_cortex_m.h"
#undef TM_REGISTER
#define TM_REGISTER(address) (*tm_test_register(address))
#undef TM_BARRIER
#define TM_BARRIER() (void)0
volatile uint32_t *tm_test_register(uint32_t address);
"""
_HARNESS = """\
static volatile uint32_t *(*find)(uint32_t);
void tm_test_model(volatile uint32_t *(*model)(uint32_t)) { find = model; }
volatile uint32_t *tm_test_register(uint32_t address) { return find(address); }
void tm_cpu_reset(void) { for (;;) {} }
"""
# In place of the header whose interrupt is written in the assembly of an Arm core.
_SYSTICK = """\
static inline void tm_systick_start(void) {}
static inline uint32_t tm_systick_ticks(void) { return 0; }
"""
_FIND = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_uint32)


def bits(word: int, low: int, count: int) -> int:
    return word >> low & (1 << count) - 1


@dataclass(frozen=True)
class Ready:
    """A bit that follows another: `ready` is set some accesses after the bits of `on` are as in `wanted`."""

    on: str
    mask: int
    wanted: int
    register: str
    ready: int
    inverted: bool = False  # a busy bit, which is cleared then


@dataclass(frozen=True)
class Chip:
    """What the manual of a chip says.

    Attributes:
        registers: address and value after a reset of each that a port may touch, by name.
        follows: the bits that the hardware sets.
        reset_hz: the clock after a reset.
        switch: the register that chooses the clock: its name, the choice's width, and the choice of the PLL.
        pll_hz: what the PLL makes of the registers; fails where it is out of its ranges.
        core_hz: what reaches the core, given the clock chosen.
        allow: fails where the core does not bear the clock that it is about to get.
        bus_hz: the clock of a peripheral bus, given the core's.
        gates: the register and bit that clock a peripheral, by its first address.
        port_gate: the register that clocks GPIO ports; bit 0 is port A.
        gpio: address of GPIO port A, or None where ports are as in the F1.
        latency: the register with the flash's wait states, or None.
    """

    registers: Mapping[str, tuple[int, int]]
    follows: tuple[Ready, ...]
    reset_hz: int
    switch: tuple[str, int, int]
    pll_hz: Callable[["Model"], int]
    core_hz: Callable[["Model", int], int]
    allow: Callable[["Model", int], None]
    bus_hz: Callable[["Model", int, int], int]
    gates: Mapping[int, tuple[str, int]]
    port_gate: str
    gpio: int | None
    latency: str | None
    conditions: Mapping[int, tuple[str, int]] = field(default_factory=dict)


class Model:
    """The registers of a chip on a board, and what happens to them."""

    def __init__(self, chip: Chip, board: Board, delay: int = 3, stuck: Ready | str | None = None) -> None:
        """Make a chip just reset.

        Args:
            chip: the chip.
            board: gives the crystal.
            delay: how many accesses a ready bit takes.
            stuck: the one that never comes, "switch" for the switch to the PLL, "all" for none at all.
        """
        self.chip, self.board = chip, board
        self.problems: list[str] = []
        self.history: list[tuple[int, int]] = []
        self.follows = [ready for ready in chip.follows if stuck not in (ready, "all")]
        self.switches = stuck not in ("switch", "all")
        self.on_pll = False
        self.callback: object = None
        self._delay = delay
        self._since: dict[Ready, int] = {}
        self._accesses = 0
        self._addresses = {name: address for name, (address, _) in chip.registers.items()}
        self._cells = {address: ctypes.c_uint32(value) for address, value in chip.registers.values()}
        self._last: int | None = None

    def __getitem__(self, name: str) -> int:
        return self._cells[self._addresses[name]].value

    def at(self, address: int) -> int:
        """Return the word at an address that needs no name."""
        return self._cells[address].value

    def put(self, address: int, value: int) -> None:
        """Let a peripheral show `value`."""
        self._cells.setdefault(address, ctypes.c_uint32(0)).value = value

    def problem(self, text: str) -> None:
        self.problems.append(text)

    def find(self, address: int) -> int:
        """Answer an access of the port."""
        self._accesses += 1
        cell = self._cells.setdefault(address, ctypes.c_uint32(0))
        polled = address == self._last and self.history[-1:] == [(address, cell.value)]
        if not polled or self._since:
            self.settle()
        if address != self._last:
            self._check(address)
            self._last = address
        return ctypes.addressof(cell)

    def settle(self) -> None:
        """Let the hardware act on what was written."""
        if self._last is not None:
            self.history.append((self._last, self._cells[self._last].value))
        for ready in self.follows:
            self._follow(ready)
        self._switch()

    def _follow(self, ready: Ready) -> None:
        if self[ready.on] & ready.mask != ready.wanted:
            self._since.pop(ready, None)
            self._set(ready.register, ready.ready, ready.inverted)
            return
        if bool(self[ready.register] & ready.ready) != ready.inverted:
            self._since.pop(ready, None)
        elif self._accesses - self._since.setdefault(ready, self._accesses) >= self._delay:
            self._set(ready.register, ready.ready, not ready.inverted)

    def _set(self, name: str, mask: int, on: bool) -> None:
        cell = self._cells[self._addresses[name]]
        cell.value = cell.value | mask if on else cell.value & ~mask

    def _switch(self) -> None:
        name, width, pll = self.chip.switch
        asked = bits(self[name], 0, width)
        goes = asked == pll and self.switches and bool(self["RCC_CR"] & 1 << 25)
        if asked == pll and self.switches and not goes:
            self.problem("the core is switched to a PLL that has not locked")
        shown = pll if goes else 0
        self._set(name, ((1 << width) - 1) << width, False)
        self._set(name, shown << width, True)
        if goes:
            self.chip.allow(self, self.chip.core_hz(self, self.chip.pll_hz(self)))
        self.on_pll = goes

    def _check(self, address: int) -> None:
        """Find what is at an address, and whether it has its clock."""
        base = address & ~0x3FF
        gate = self.chip.gates.get(base)
        if gate is None and self.chip.gpio is not None and 0 <= base - self.chip.gpio < _GPIO_PORTS * 0x400:
            gate = (self.chip.port_gate, (base - self.chip.gpio) // 0x400)
        if gate is None and address not in self._addresses.values():
            self.problem(f"there is nothing at {address:#x}")
        for name, bit in filter(None, (gate, self.chip.conditions.get(base))):
            if not self[name] & 1 << bit:
                self.problem(f"{address:#x} is accessed without bit {bit} of {name}")

    @property
    def core_now_hz(self) -> int:
        """The clock that the core has."""
        return self.chip.core_hz(self, self.chip.pll_hz(self) if self.on_pll else self.chip.reset_hz)


def compile_port(board: Board, folder: Path) -> ctypes.CDLL:
    """Compile the board's port for the host.

    Raises:
        subprocess.CalledProcessError: with what the compiler said.
    """
    for path, text in platformio.files(board, place(board, {}, {})).items():
        if path.startswith("lib/tinyml_port/tm_") and path.endswith((".h", f"tm_{board.port}.c")):
            (folder / Path(path).name).write_text(text)
    (folder / "tm_port.h").write_bytes((resources.firmware() / "runtime" / "tm_port.h").read_bytes())
    (folder / "tm_systick.h").write_text(_SYSTICK)
    (folder / "registers.h").write_text(_REGISTERS)
    (folder / "harness.c").write_text(_HARNESS)
    sources = [folder / f"tm_{board.port}.c", folder / "harness.c"]
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-include", "registers.h"]
    subprocess.run(
        ["gcc", *flags, f"-I{folder}", *sources, "-o", folder / "port.so"],
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
        cwd=folder,
    )
    return ctypes.CDLL(str(folder / "port.so"))


def start(port: ctypes.CDLL, model: Model) -> int:
    """Run the port's start on the model, which stays its chip. Return the clock in Hz that it tells."""
    model.callback = _FIND(model.find)  # kept, as the port has only its address
    port.tm_test_model(model.callback)
    port.tm_port_init()
    model.settle()
    port.tm_port_clock_hz.restype = ctypes.c_uint32
    port.tm_port_can_write.restype = ctypes.c_bool
    return int(port.tm_port_clock_hz())


def has_new_usart(board: Board) -> bool:
    """Whether the chip's USART has the newer registers."""
    return board.port not in ("stm32f1", "stm32f4")

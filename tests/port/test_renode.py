"""The start of each port on what Renode shows of its chip.

No Renode is needed: the port runs on the host, on memory where the board's description has some, on registers that
show what Renode 1.16.1's models of them do (from their sources), and on zeros elsewhere, as with Renode.
"""

import itertools
import re
from dataclasses import dataclass

import pytest

from tests.build import projects
from tests.port.registers import Port
from tinyml import board as boards
from tinyml.board import Board
from tinyml.generate import renode

pytestmark = projects.needs("cc")

BOARDS = [
    name
    for name in boards.names()
    if boards.load(name).renode and boards.load(name).architecture.name == "cortex_m"
]
CORE = range(0xE000E000, 0xE000F000)
COUNTER_BYTES = 0x1000
# The size of registers that the models tell themselves.
MODEL_BYTES = {
    "IRQControllers.NVIC": "0x1000",
    "Miscellaneous.NRF_CLOCK": "0x1000",
    "UART.STM32F7_USART": "0x400",
    "UART.NRF52840_UART": "0x1000",
    "UART.PL011": "0x1000",
    "UART.CMSDK_APB_UART": "0x1000",
}
TRIMMING = range(0x00FF0300, 0x00FF0400)  # the nRF53's, which its port reads to the first entry without an address
# What a wait of a port takes in instructions for each look at a register, at most.
INSTRUCTIONS_AN_ACCESS = 12
BYTE = 0x5A

# Peripherals that are in no description, as nothing depends on them: the chip's revision and a switch of its bus
# (STM32H7), the cache (nRF52), the cache and the pins (nRF53).
LEFT_OUT_BYTES = 0x1000
LEFT_OUT = {
    "stm32h7": {0x5C001000, 0x51008000},
    "nrf52": {0x4001E000},
    "nrf53": {0x50001000, 0x50842000},
}
# What a port's start ends with where no clock starts: its own oscillator, in Hz. The other ports do not ask.
RESET_HZ = {
    "stm32f1": 8_000_000,
    "stm32f4": 16_000_000,
    "stm32f7": 16_000_000,
    "stm32h7": 64_000_000,
    "stm32l4": 4_000_000,
    "stm32l5": 4_000_000,
    "rp2040": 6_500_000,
}


@dataclass(frozen=True)
class Uart:
    """What a model shows, by register.

    Attributes:
        ready: the register and bits that are always set, or None.
        received: the register and bits that are set while there is a byte.
        data: where that byte is read, or None where the model writes it into memory.
        empty: the bits of `received`'s register that are set while there is none.
    """

    ready: tuple[int, int] | None
    received: tuple[int, int]
    data: int | None
    empty: int = 0


def uart_of(board: Board) -> Uart:
    assert board.renode
    easy_dma = "easyDMA: true" in board.renode.console_options
    return {
        "UART.STM32_UART": Uart((0x00, 0xC0), (0x00, 0x20), 0x04),
        "UART.STM32F7_USART": Uart((0x1C, 0xC0), (0x1C, 0x20), 0x24),
        "UART.NRF52840_UART": (
            Uart((0x120, 1), (0x110, 1), None) if easy_dma else Uart((0x11C, 1), (0x108, 1), 0x518)
        ),
        "UART.PL011": Uart((0x18, 0x80), (0x18, 0), 0x00, empty=0x10),
        "UART.CMSDK_APB_UART": Uart(None, (0x04, 2), 0x00),
    }[board.renode.console]


@dataclass(frozen=True)
class Entry:
    """An entry of a platform description: its addresses, and the byte that it is filled with."""

    addresses: range
    filled: int


def described(board: Board) -> dict[str, Entry]:
    """Return the entries of the board's description that have addresses, by name."""
    found = {}
    for text in re.split(r"\n\n+", renode.description(board)):
        if match := re.search(r"^(\w+): (\S+) @ sysbus <?(0x\w+)(?:, \+(0x\w+)>)?", text, re.M):
            name, model, origin, length = match.groups()
            size = length or property_of(text, "size") or MODEL_BYTES[model]
            addresses = range(int(origin, 16), int(origin, 16) + int(size, 16))
            found[name] = Entry(addresses, int(property_of(text, "initialValue") or "0", 16))
    return found


def property_of(entry: str, name: str) -> str | None:
    match = re.search(rf"^    {name}: (0x\w+)$", entry, re.M)
    return match and match[1]


def registers_of(board: Board) -> list[range]:
    """Return the addresses that are described and not the board's memory."""
    memory = [region.name for region in board.memory]
    return [entry.addresses for name, entry in described(board).items() if name not in memory]


class InRenode(Port):
    """A port on what Renode shows of its chip."""

    def __init__(self, board_name, folder):
        super().__init__(board_name, folder)
        self.uart = uart_of(self.board)
        for name, entry in described(self.board).items():
            self.keep(entry.addresses.start, len(entry.addresses))
            if name == "clock":  # starts at once
                self.promise(entry.addresses.start + 0x100, 1)
            if entry.filled:
                assert TRIMMING.start in entry.addresses
                for address in TRIMMING[::4]:
                    self.set(address, entry.filled * 0x01010101)
        if self.uart.ready:
            self.show(self.uart.ready[0], self.uart.ready[1] | self.uart.empty)

    def show(self, offset, value):
        """Let the console's register at `offset` read as `value`, whatever is written."""
        self.promise(self.board.console.base + offset, 0xFFFFFFFF, value, polls=0)

    def receive(self, byte):
        """Let the console have a byte."""
        offset, bits = self.uart.received
        ready = self.uart.ready[1] if self.uart.ready and self.uart.ready[0] == offset else 0
        self.show(offset, ready | bits)
        if self.uart.data is not None:
            self.show(self.uart.data, byte)


@pytest.mark.parametrize("name", BOARDS)
def test_the_start_ends_within_what_the_test_of_a_project_allows(tmp_path, name):
    port = InRenode(name, tmp_path)
    clock_hz = port.start()
    board = port.board
    if board.port == "lm3s":
        assert clock_hz == board.crystal_hz
    else:
        assert clock_hz == RESET_HZ.get(board.port, board.clock_hz)
    assert INSTRUCTIONS_AN_ACCESS * sum(port.touched().values()) < renode._BOOT_INSTRUCTIONS


@pytest.mark.parametrize("name", BOARDS)
def test_every_register_that_the_start_needs_is_described(tmp_path, name):
    port = InRenode(name, tmp_path)
    port.start()
    counter = range(port.board.counter.base, port.board.counter.base + COUNTER_BYTES)
    known = [*registers_of(port.board), CORE, counter]
    missing = {address for address in port.touched() if not any(address in addresses for addresses in known)}
    peripherals = {address - address % LEFT_OUT_BYTES for address in missing}
    assert peripherals == LEFT_OUT.get(port.board.port, set()), [hex(address) for address in sorted(missing)]


@pytest.mark.parametrize("name", BOARDS)
def test_the_console_sends_and_receives(tmp_path, name):
    port = InRenode(name, tmp_path)
    port.start()
    assert port.read() == -1
    port.write(BYTE)  # ends
    port.receive(BYTE)
    assert port.read() == (BYTE if port.uart.data is not None else 0)


@pytest.mark.parametrize("name", BOARDS)
def test_the_console_is_told_the_clock_that_it_has(tmp_path, name):
    port = InRenode(name, tmp_path)
    clock_hz = port.start()
    assert port.board.renode
    for option in port.board.renode.console_options:
        key, _, value = option.partition(": ")
        if key == "frequency":
            assert int(value) == clock_hz


@pytest.mark.parametrize("name", BOARDS)
def test_no_two_entries_of_a_description_overlap(name):
    entries = {entry: found.addresses for entry, found in described(boards.load(name)).items()}
    for (one, first), (other, second) in itertools.combinations(entries.items(), 2):
        assert first.stop <= second.start or second.stop <= first.start, (one, other)

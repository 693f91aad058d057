"""The STM32 ports on a model of their chips' registers: clocks, console and counter."""

import shutil
import subprocess
from dataclasses import replace
from functools import cache

import pytest

from tests.port import stm32, stm32_chips
from tinyml import board as boards

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc, which is not installed")

BOARDS = [name for name in boards.names() if boards.load(name).port.startswith("stm32")]
# One of each chip: what happens when something does not start takes a time-out to find out.
CHIPS = [
    "stm32vldiscovery",
    "stm32f4discovery",
    "nucleo-f446re",
    "nucleo-f746zg",
    "nucleo-h743zi",
    "nucleo-l476rg",
    "nucleo-l4r5zi",
    "nucleo-l552ze",
]
# Boards as a user may have them: without a crystal, or with one where tinyml's own have none.
OTHER_SOURCES = {
    "stm32vldiscovery": {"crystal_hz": None, "clock_bypass": False},
    "feather-stm32f405": {"crystal_hz": None, "clock_bypass": False},
    "stm32f746g-disco": {"crystal_hz": None, "clock_bypass": False},
    "nucleo-h743zi": {"crystal_hz": None, "clock_bypass": False, "clock_hz": 300_000_000},
    "nucleo-l476rg": {"crystal_hz": 8_000_000, "clock_bypass": True},
    "nucleo-l552ze": {"crystal_hz": 16_000_000, "clock_hz": 80_000_000},
    "nucleo-l4r5zi": {"crystal_hz": 4_000_000, "clock_hz": 64_000_000},
}


def waits():
    """Each bit that each chip may never set, besides what its clock does not need."""
    for name in CHIPS:
        board = boards.load(name)
        chip = stm32_chips.chip_of(board)
        unused = {1 << 17, 1 << 10} - ({1 << 17} if board.crystal_hz else {1 << 10})
        for ready in chip.follows:
            if ready.register == "ICACHE_SR" or (ready.register == "RCC_CR" and ready.ready in unused):
                continue
            yield pytest.param(name, ready, id=f"{name}-{ready.register}-{ready.ready.bit_length() - 1}")
        yield pytest.param(name, "switch", id=f"{name}-switch")
        yield pytest.param(name, "all", id=f"{name}-all")


@pytest.fixture(scope="module")
def port_of(tmp_path_factory):
    """Return a function that compiles the port of a board, once, by the board's name."""
    return cache(lambda name: stm32.compile_port(boards.load(name), tmp_path_factory.mktemp("port")))


def started(port, board, stuck=None):
    """Return the model after the port's start, and the clock that the port tells."""
    model = stm32.Model(stm32_chips.chip_of(board), board, stuck=stuck)
    clock_hz = stm32.start(port, model)
    return model, clock_hz


def console_baud(model, board):
    """Return the rate in bits a second that the registers of the console make."""
    divisor = model.at(board.console.base + (0x0C if stm32.has_new_usart(board) else 0x08))
    steps = 256 if board.console.peripheral == "LPUART1" else 1
    return steps * model.chip.bus_hz(model, model.core_now_hz, board.console.apb) / divisor


@pytest.mark.parametrize("name", BOARDS)
def test_the_core_gets_the_clock_of_the_board(name, port_of):
    board = boards.load(name)
    model, clock_hz = started(port_of(name), board)
    assert model.problems == []
    assert model.on_pll
    assert model.core_now_hz == clock_hz == board.clock_hz
    assert console_baud(model, board) == pytest.approx(board.console.baud, rel=0.005)


@pytest.mark.parametrize("name", OTHER_SOURCES)
def test_a_board_of_the_user_gets_its_clock_from_another_source(name, tmp_path):
    board = replace(boards.load(name), **OTHER_SOURCES[name])
    model, clock_hz = started(stm32.compile_port(board, tmp_path), board)
    assert model.problems == []
    assert model.core_now_hz == clock_hz == board.clock_hz
    assert console_baud(model, board) == pytest.approx(board.console.baud, rel=0.005)


@pytest.mark.parametrize(("name", "stuck"), list(waits()))
def test_what_never_starts_leaves_the_clock_of_the_reset(name, stuck, port_of):
    board = boards.load(name)
    model, clock_hz = started(port_of(name), board, stuck)
    assert model.problems == []
    assert not model.on_pll
    assert model.core_now_hz == clock_hz == model.chip.reset_hz
    assert console_baud(model, board) == pytest.approx(board.console.baud, rel=0.01)


@pytest.mark.parametrize(("busy", "cached"), [(True, 0), (False, 1)])
def test_an_instruction_cache_that_stays_busy_is_left_off(busy, cached, port_of):
    board = boards.load("nucleo-l552ze")
    stuck = next(ready for ready in stm32_chips.L552.follows if ready.register == "ICACHE_SR")
    model, clock_hz = started(port_of("nucleo-l552ze"), board, stuck if busy else None)
    assert (model["ICACHE_CR"] & 1, clock_hz) == (cached, board.clock_hz)


@pytest.mark.parametrize("name", BOARDS)
def test_the_wait_states_are_those_of_the_board_file(name, port_of):
    board = boards.load(name)
    model, _ = started(port_of(name), board)
    latency = stm32.bits(model["FLASH_ACR"], 0, 4) if model.chip.latency else 0
    if board.port == "stm32h7":  # the register counts cycles of a bus with half the core's clock
        latency = 2 * (latency + 1) - 1
    assert latency == board.flash.wait_states


@pytest.mark.parametrize("name", [name for name in BOARDS if boards.load(name).port != "stm32f1"])
def test_the_pins_of_the_console_are_connected_to_it(name, port_of):
    board = boards.load(name)
    model, _ = started(port_of(name), board)
    for pin in (board.console.tx, board.console.rx):
        gpio = model.chip.gpio + 0x400 * pin.port_index
        mode, pull = model.at(gpio), model.at(gpio + 0x0C)
        function = model.at(gpio + 0x20 + 4 * (pin.number // 8))
        assert stm32.bits(mode, 2 * pin.number, 2) == 2
        assert stm32.bits(pull, 2 * pin.number, 2) == 1
        assert stm32.bits(function, 4 * (pin.number % 8), 4) == board.console.alternate_function


def test_the_pins_of_an_f1_are_connected_to_the_console(port_of):
    model, _ = started(port_of("stm32vldiscovery"), boards.load("stm32vldiscovery"))
    assert stm32.bits(model.at(0x40010804), 4, 8) == 0x8B  # PA10 an input pulled up, PA9 an alternate output
    assert model.history.count((0x40010810, 1 << 10)) > 0


@pytest.mark.parametrize("name", BOARDS)
def test_bytes_come_and_go_through_the_console(name, port_of):
    board = boards.load(name)
    status, received, sent = (0x1C, 0x24, 0x28) if stm32.has_new_usart(board) else (0x00, 0x04, 0x04)
    model = stm32.Model(stm32_chips.chip_of(board), board)
    port = port_of(name)
    stm32.start(port, model)
    base = board.console.base
    assert port.tm_port_read() == -1
    model.put(base + status, 1 << 6)
    assert not port.tm_port_can_write()
    model.put(base + status, 1 << 5 | 1 << 7)  # a byte has come, and there is room for one
    model.put(base + received, 0x1A5)  # with a parity bit, which is none of the byte's
    assert port.tm_port_read() == 0xA5
    assert port.tm_port_can_write()
    port.tm_port_write(0x5A)
    assert model.at(base + sent) == 0x5A
    assert model.problems == []


@pytest.mark.parametrize("name", [name for name in BOARDS if boards.load(name).counter.peripheral == "TIM2"])
def test_the_counter_runs_over_all_its_bits(name, port_of):
    board = boards.load(name)
    model, _ = started(port_of(name), board)
    base = board.counter.base
    assert model.at(base + 0x28) == board.counter.prescale - 1
    assert model.at(base + 0x2C) == 0xFFFFFFFF
    assert (base + 0x14, 1) in model.history
    assert model.at(base) == 1


@pytest.mark.parametrize(("name", "sets"), [("nucleo-f746zg", 32), ("nucleo-h743zi", 128)])
def test_the_data_cache_is_emptied_before_it_is_turned_on(name, sets, port_of):
    model, _ = started(port_of(name), boards.load(name))
    emptied = [value for address, value in model.history if address == 0xE000EF60]
    assert set(emptied) == {way << 30 | line << 5 for way in range(4) for line in range(sets)}
    before_on = model.history[: model.history.index((0xE000ED14, 0x40200 | 3 << 16))]
    assert (0xE000EF50, 0) in before_on
    assert [value for address, value in before_on if address == 0xE000EF60] == emptied


@pytest.mark.parametrize(("idcode", "singly"), [(0x10036450, 1), (0x20036450, 0)])
def test_only_old_chips_of_the_h743_read_their_axi_sram_singly(idcode, singly, port_of):
    board = boards.load("nucleo-h743zi")
    chip = stm32_chips.chip_of(board)
    registers = {**chip.registers, "DBGMCU_IDCODE": (chip.registers["DBGMCU_IDCODE"][0], idcode)}
    model = stm32.Model(replace(chip, registers=registers), board)
    stm32.start(port_of("nucleo-h743zi"), model)
    assert model["AXI_TARG7_FN_MOD"] == singly


@pytest.mark.parametrize(
    ("name", "facts", "error"),
    [
        ("stm32vldiscovery", {"clock_hz": 48_000_000}, "at most 24 MHz"),
        ("stm32f4discovery", {"clock_hz": 40_000_000}, "50 to 216 MHz"),
        ("stm32f4discovery", {"crystal_hz": 7_372_800}, "2 to 63 whole MHz"),
        ("nucleo-h743zi", {"clock_hz": 480_000_000}, "96 to 400 MHz"),
        ("nucleo-h743zi", {"crystal_hz": 25_000_000}, "multiple of 4 MHz"),
        ("nucleo-l476rg", {"clock_hz": 140_000_000}, "at most 120 MHz"),
        ("nucleo-l552ze", {"clock_hz": 120_000_000}, "at most 110 MHz"),
        ("nucleo-l476rg", {"clock_hz": 16_000_000}, "32 to 172 MHz"),
    ],
)
def test_an_impossible_clock_does_not_compile(name, facts, error, tmp_path):
    with pytest.raises(subprocess.CalledProcessError) as refused:
        stm32.compile_port(replace(boards.load(name), **facts), tmp_path)
    assert error in refused.value.stderr

"""What ports write to the registers of chips that no emulator here knows, held against the manuals' formulas."""

import pytest

from tests.build import projects
from tests.port.registers import Port

pytestmark = projects.needs("cc")


def bits(value, low, width):
    return value >> low & ((1 << width) - 1)


def close(actual, wanted, percent):
    return abs(actual - wanted) <= wanted * percent / 100


def pl011_baud(port, clock_hz):
    base = port.board.console.base
    return clock_hz / 16 / (port[base + 0x24] + port[base + 0x28] / 64)


class Pico:
    """RP2040 Datasheet: 2.15.7, 2.16.7, 2.18.4, 2.14.3, 4.2.8."""

    CLK_SYS_CTRL, CLK_SYS_SELECTED, CLK_PERI_CTRL = 0x4000803C, 0x40008044, 0x40008048
    RESETS, RESETS_DONE = 0x4000C000, 0x4000C008
    XOSC_CTRL, XOSC_STATUS, XOSC_STARTUP = 0x40024000, 0x40024004, 0x4002400C
    PLL_CS, PLL_PWR, PLL_FBDIV, PLL_PRIM = 0x40028000, 0x40028004, 0x40028008, 0x4002800C

    def __init__(self, folder):
        self.port = Port("rpi-pico", folder)
        self.port.set(self.RESETS, 0x01FFFFFF)
        self.port.promise(self.RESETS_DONE, 0x01FFFFFF)
        self.port.set(self.CLK_SYS_SELECTED, 1)


def test_the_pico_runs_from_crystal_and_pll(tmp_path):
    pico = Pico(tmp_path)
    port = pico.port
    port.promise(pico.XOSC_STATUS, 1 << 31)
    port.promise(pico.PLL_CS, 1 << 31)
    port.promise(pico.CLK_SYS_SELECTED, 0x3, 0x2, polls=1)
    assert port.start() == port.board.clock_hz == 125_000_000
    assert port[pico.XOSC_CTRL] == 0xFABAA0
    assert port[pico.XOSC_STARTUP] * 256 >= port.board.crystal_hz // 1000
    vco = port.board.crystal_hz // bits(port[pico.PLL_CS], 0, 6) * port[pico.PLL_FBDIV]
    assert 750e6 <= vco <= 1600e6
    assert vco // bits(port[pico.PLL_PRIM], 16, 3) // bits(port[pico.PLL_PRIM], 12, 3) == port.board.clock_hz
    assert port[pico.PLL_PWR] & 0b101001 == 0  # core, post dividers and VCO have power
    assert port[pico.CLK_SYS_CTRL] == 1
    assert port[pico.CLK_PERI_CTRL] == 1 << 11
    assert port[pico.RESETS] & (1 << 5 | 1 << 8 | 1 << 12 | 1 << 22) == 0
    assert close(pl011_baud(port, port.board.clock_hz), 115_200, 0.5)
    assert (port[0x40014004], port[0x4001400C]) == (2, 2)


@pytest.mark.parametrize("missing", ["crystal", "pll", "switch"])
def test_the_pico_ends_on_its_ring_oscillator(tmp_path, missing):
    pico = Pico(tmp_path)
    if missing != "crystal":
        pico.port.promise(pico.XOSC_STATUS, 1 << 31)
    if missing == "switch":
        pico.port.promise(pico.PLL_CS, 1 << 31)
    assert pico.port.start() == 6_500_000
    assert pico.port[pico.CLK_SYS_CTRL] == 0
    assert close(pl011_baud(pico.port, 6_500_000), 115_200, 2)


@pytest.mark.parametrize(("board", "code"), [("lm3s6965evb", 0xE), ("lm3s811evb", 0xB)])
def test_a_stellaris_runs_from_crystal_and_pll(tmp_path, board, code):
    """TI LM3S6965 data sheet: 5.2.4 (200 MHz / (SYSDIV + 1)), 5.3."""
    port = Port(board, tmp_path)
    port.set(0x400FE060, 0x078E3AD1)
    port.promise(0x400FE050, 1 << 6)
    assert port.start() == 50_000_000
    rcc = port[0x400FE060]
    assert bits(rcc, 6, 4) == code
    assert bits(rcc, 4, 2) == 0  # the crystal
    assert rcc & (1 << 0 | 1 << 11 | 1 << 12 | 1 << 13) == 0  # crystal and PLL on, not bypassed
    assert bits(rcc, 22, 1) == 1
    assert 200_000_000 // (bits(rcc, 23, 4) + 1) == 50_000_000
    assert close(pl011_baud(port, 50_000_000), 115_200, 0.5)


def test_a_stellaris_whose_pll_does_not_lock_runs_from_its_crystal(tmp_path):
    port = Port("lm3s6965evb", tmp_path)
    port.set(0x400FE060, 0x078E3AD1)
    assert port.start() == port.board.crystal_hz == 8_000_000
    assert bits(port[0x400FE060], 11, 1) == 1  # bypassed
    assert bits(port[0x400FE060], 22, 1) == 0  # undivided
    assert close(pl011_baud(port, 8_000_000), 115_200, 0.5)


NRF52 = ("nrf52dk", "nrf52840dk", "nano33ble", "xiao-nrf52840-sense", "microbit-v2")
UARTE_BAUDS = {0x01D60000: 115_200, 0x10000000: 1_000_000}


def check_nordic(port, gpio):
    """Nordic nRF52840 Product Specification: 6.34.9 (UARTE), 6.30.5 (TIMER), 6.9.2 (GPIO)."""
    console, counter = port.board.console, port.board.counter.base
    base = console.base
    assert UARTE_BAUDS[port[base + 0x524]] == console.baud
    assert port[base + 0x500] == 8
    assert port[base + 0x50C] == console.tx.port_index << 5 | console.tx.number
    assert port[base + 0x514] == console.rx.port_index << 5 | console.rx.number
    assert (port[base + 0x538], port[base + 0x548]) == (1, 1)
    assert port[base + 0x000] == 1
    assert port[gpio + 0x300 * console.tx.port_index + 0x200 + 4 * console.tx.number] == 0b11
    assert port[gpio + 0x300 * console.rx.port_index + 0x200 + 4 * console.rx.number] == 0b1100
    assert (port[counter + 0x508], port[counter + 0x510], port[counter]) == (3, 0, 1)


@pytest.mark.parametrize("board", NRF52)
@pytest.mark.parametrize("crystal", [True, False])
def test_an_nrf52_starts_with_and_without_crystal(tmp_path, board, crystal):
    port = Port(board, tmp_path)
    if crystal:
        port.promise(0x40000100, 1)
    assert port.start() == 64_000_000
    assert port[0x40000000] == 1
    assert port[0x4001E540] == 1
    check_nordic(port, 0x50000500)


@pytest.mark.parametrize("crystal", [True, False])
def test_an_nrf53_starts_with_and_without_crystal(tmp_path, crystal):
    port = Port("nrf5340dk", tmp_path)
    port.set(0x50005558, 1)  # halved after a reset
    port.set(0x00FF0300, 0x50004900)
    port.set(0x00FF0304, 0x77)
    port.set(0x00FF0308, 0xFFFFFFFF)
    if crystal:
        port.promise(0x50005100, 1)
    assert port.start() == 128_000_000
    assert port[0x50004900] == 0x77  # trimmed
    assert (port[0x50005514], port[0x50005000], port[0x50001500]) == (1, 1, 1)
    check_nordic(port, 0x50842500)


def test_an_nrf53_that_stays_at_half_its_clock_says_so(tmp_path):
    port = Port("nrf5340dk", tmp_path)
    port.set(0x00FF0300, 0xFFFFFFFF)
    port.promise(0x50005558, 3, 1, polls=0)
    assert port.start() == 64_000_000


def test_a_byte_is_taken_from_the_uarte_and_the_next_one_asked_for(tmp_path):
    port = Port("nrf52840dk", tmp_path)
    port.start()
    base = port.board.console.base
    assert port.read() == -1
    port.set(base, 0)
    port.set(base + 0x110, 1)
    assert port.read() == 0
    assert (port[base + 0x110], port[base]) == (0, 1)
    assert port.read() == -1


def test_a_byte_waits_for_the_one_before_it_in_the_uarte(tmp_path):
    port = Port("nrf52840dk", tmp_path)
    port.start()
    base = port.board.console.base
    assert port.can_write()
    port.write(0x5A)
    assert port[base + 0x008] == 1
    assert not port.can_write()
    port.set(base + 0x120, 1)
    assert port.can_write()


class Ra8:
    """Renesas RA8M1 manual R01UH0994: 8.2 (clock registers), 26.2 (SCI)."""

    SYSTEM = 0x4001E000
    SCKDIVCR, SCKDIVCR2, SCKSCR = SYSTEM + 0x20, SYSTEM + 0x24, SYSTEM + 0x26
    PLLCCR, PLLCCR2, OSCSF = SYSTEM + 0x28, SYSTEM + 0x4C, SYSTEM + 0x3C
    SCICKDIVCR, SCICKCR = SYSTEM + 0x54, SYSTEM + 0x55
    PRCR, FLASH_WAIT = SYSTEM + 0x3FA, 0x4001C11C

    def __init__(self, folder):
        self.port = Port("ek-ra8m1", folder)
        self.port.set(self.SCKSCR, 1)
        self.port.set(0x40203004, 0xFFFFFFFF)
        self.port.set(0x40203010, 0xFFFFFFFF)

    def console_baud(self, sci_hz):
        ccr2 = self.port[self.port.board.console.base + 0x10]
        assert bits(ccr2, 4, 2) == 0b11  # 8 clocks a bit
        rate = sci_hz / 8 / (bits(ccr2, 8, 8) + 1)
        return rate * bits(ccr2, 24, 8) / 256 if bits(ccr2, 16, 1) else rate


def test_the_ra8_runs_from_crystal_and_pll(tmp_path):
    ra8 = Ra8(tmp_path)
    port = ra8.port
    port.promise(ra8.OSCSF, 1 << 3 | 1 << 5)
    assert port.start() == port.board.clock_hz == 480_000_000
    pllccr = port[ra8.PLLCCR]
    vco = port.board.crystal_hz // (bits(pllccr, 0, 2) + 1) * (bits(pllccr, 8, 8) + 1)
    assert bits(pllccr, 6, 2) == 0  # no fraction
    assert 640e6 <= vco <= 1440e6
    pll = vco // (bits(port[ra8.PLLCCR2], 0, 4) + 1)
    assert port[ra8.SCKSCR] == 5
    assert pll >> port[ra8.SCKDIVCR2] == 480_000_000
    dividers = port[ra8.SCKDIVCR]
    limits_mhz = {24: 240, 20: 240, 12: 120, 0: 120, 16: 120, 8: 60, 4: 60, 28: 60}
    for low, limit in limits_mhz.items():
        assert pll >> bits(dividers, low, 4) == limit * 1_000_000
    assert port[ra8.FLASH_WAIT] == 4
    assert (port[ra8.SCICKCR], port[ra8.SCICKDIVCR]) == (5, 2)
    assert close(ra8.console_baud(pll // 4), 115_200, 0.5)
    assert port[ra8.PRCR] == 0xA500
    assert port[0x40203004] == 0xFFFFFFFF & ~(1 << 22)
    assert port[0x40203010] == 0x7FFFFFFF
    assert port[0x40400800 + 0x40 * 10 + 4 * 14] == 5 << 24 | 1 << 16
    assert port[0x40400800 + 0x40 * 10 + 4 * 15] == 5 << 24 | 1 << 16 | 1 << 4
    assert port[port.board.counter.base + 0x64] == 0xFFFFFFFF


@pytest.mark.parametrize("crystal", [False, True])
def test_the_ra8_ends_on_its_own_oscillator(tmp_path, crystal):
    ra8 = Ra8(tmp_path)
    if crystal:  # but no PLL
        ra8.port.promise(ra8.OSCSF, 1 << 3)
    assert ra8.port.start() == 8_000_000
    assert ra8.port[ra8.SCKSCR] == 1
    assert ra8.port[ra8.FLASH_WAIT] == 0
    assert (ra8.port[ra8.SCICKCR], ra8.port[ra8.SCICKDIVCR]) == (1, 0)
    assert close(ra8.console_baud(8_000_000), 115_200, 0.5)

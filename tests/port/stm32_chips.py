"""The chips that the STM32 ports are for, as their reference manuals describe them."""

from collections.abc import Callable, Mapping

import pytest

from tests.port.stm32 import Chip, Model, Ready, bits
from tinyml.board import Board

MHZ = 1_000_000


def _within(model: Model, name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        model.problem(f"{name} is {value}, not {least} to {most}")


def _crystal_hz(model: Model) -> int:
    """The source of a PLL that was told to use the crystal."""
    if model.board.crystal_hz is None:
        model.problem("the PLL waits for a crystal that the board has not")
        return 0
    if bool(model["RCC_CR"] & 1 << 18) != model.board.clock_bypass:
        model.problem("the oscillator's bypass is not as the board wants it")
    if not model["RCC_CR"] & 1 << 17:
        model.problem("the PLL runs from a crystal that is not ready")
    return model.board.crystal_hz


def _apb_divisor(field_value: int) -> int:
    return 1 if field_value < 4 else 2 << (field_value - 4)


def _ahb_divisor(field_value: int) -> int:
    return {8: 2, 9: 4, 10: 8, 11: 16}.get(field_value, 1)


_HSE = Ready("RCC_CR", 1 << 16, 1 << 16, "RCC_CR", 1 << 17)
_PLL = Ready("RCC_CR", 1 << 24, 1 << 24, "RCC_CR", 1 << 25)


# RM0041 (STM32F100), chapter 6.


def _f1_pll_hz(model: Model) -> int:
    cfgr = model["RCC_CFGR"]
    source = _crystal_hz(model) if cfgr & 1 << 16 else 4 * MHZ
    return source * (bits(cfgr, 18, 4) + 2)


def _f1_allow(model: Model, hz: int) -> None:
    _within(model, "the core's clock", hz, 0, 24 * MHZ)


F100 = Chip(
    registers={
        "RCC_CR": (0x40021000, 0x83),
        "RCC_CFGR": (0x40021004, 0),
        "RCC_APB2ENR": (0x40021018, 0),
        "RCC_APB1ENR": (0x4002101C, 0),
    },
    follows=(_HSE, _PLL),
    reset_hz=8 * MHZ,
    switch=("RCC_CFGR", 2, 2),
    pll_hz=_f1_pll_hz,
    core_hz=lambda model, hz: hz // _ahb_divisor(bits(model["RCC_CFGR"], 4, 4)),
    allow=_f1_allow,
    bus_hz=lambda model, hz, bus: hz // _apb_divisor(bits(model["RCC_CFGR"], 8 if bus == 1 else 11, 3)),
    gates={0x40013800: ("RCC_APB2ENR", 14), 0x40010800: ("RCC_APB2ENR", 2)},
    port_gate="RCC_APB2ENR",
    gpio=None,
    latency=None,
)


# RM0090 (STM32F405), RM0390 (STM32F446), RM0385 (STM32F746): chapters RCC, PWR, embedded flash memory.


def _f4_pll_hz(model: Model) -> int:
    word = model["RCC_PLLCFGR"]
    source = _crystal_hz(model) if word & 1 << 22 else 16 * MHZ
    m, n, p, q = bits(word, 0, 6), bits(word, 6, 9), 2 * (bits(word, 16, 2) + 1), bits(word, 24, 4)
    _within(model, "M", m, 2, 63)
    _within(model, "N", n, 50, 432)
    _within(model, "Q", q, 2, 15)
    _within(model, "the PLL's input", source / m, 1 * MHZ, 2 * MHZ)
    vco = source * n // m
    _within(model, "the PLL's oscillator", vco, 100 * MHZ, 432 * MHZ)
    _within(model, "the USB clock", vco / q, 0, 48 * MHZ)
    if word >> 28 != 2:
        model.problem("the reserved bits of RCC_PLLCFGR have changed")
    return vco // p


def _f4_bus_hz(model: Model, hz: int, bus: int) -> int:
    return hz // _apb_divisor(bits(model["RCC_CFGR"], 10 if bus == 1 else 13, 3))


def _f4_allow(highest_hz: int, over_drive_hz: int, apb1_hz: int) -> Callable[[Model, int], None]:
    def allow(model: Model, hz: int) -> None:
        _within(model, "the core's clock", hz, 0, highest_hz)
        _within(model, "bus 1", _f4_bus_hz(model, hz, 1), 0, apb1_hz)
        _within(model, "bus 2", _f4_bus_hz(model, hz, 2), 0, 2 * apb1_hz)
        _within(model, "the wait states", bits(model["FLASH_ACR"], 0, 4), -(-hz // (30 * MHZ)) - 1, 15)
        if hz > over_drive_hz and not model["PWR_CSR"] & 1 << 17:
            model.problem("the core's clock needs over-drive")

    return allow


_F4_REGISTERS = {
    "RCC_CR": (0x40023800, 0x83),
    "RCC_PLLCFGR": (0x40023804, 0x24003010),
    "RCC_CFGR": (0x40023808, 0),
    "RCC_AHB1ENR": (0x40023830, 0x00100000),
    "RCC_APB1ENR": (0x40023840, 0),
    "RCC_APB2ENR": (0x40023844, 0),
    "FLASH_ACR": (0x40023C00, 0),
}
_F4_GATES = {
    0x40000000: ("RCC_APB1ENR", 0),  # TIM2
    0x40004400: ("RCC_APB1ENR", 17),  # USART2
    0x40004800: ("RCC_APB1ENR", 18),  # USART3
    0x40011000: ("RCC_APB2ENR", 4),  # USART1
    0x40011400: ("RCC_APB2ENR", 5),  # USART6
}
_OVER_DRIVE_REGISTERS = {"PWR_CR": (0x40007000, 0xC000), "PWR_CSR": (0x40007004, 0)}
_OVER_DRIVE = (
    Ready("PWR_CR", 1 << 16, 1 << 16, "PWR_CSR", 1 << 16),
    Ready("PWR_CR", 3 << 16, 3 << 16, "PWR_CSR", 1 << 17),
)


def _f4_chip(
    registers: Mapping[str, tuple[int, int]],
    follows: tuple[Ready, ...],
    allow: Callable[[Model, int], None],
) -> Chip:
    return Chip(
        registers={**_F4_REGISTERS, **registers},
        follows=(_HSE, _PLL, *follows),
        reset_hz=16 * MHZ,
        switch=("RCC_CFGR", 2, 2),
        pll_hz=_f4_pll_hz,
        core_hz=lambda model, hz: hz // _ahb_divisor(bits(model["RCC_CFGR"], 4, 4)),
        allow=allow,
        bus_hz=_f4_bus_hz,
        gates=_F4_GATES,
        port_gate="RCC_AHB1ENR",
        gpio=0x40020000,
        latency="FLASH_ACR",
        conditions={0x40007000: ("RCC_APB1ENR", 28)},
    )


def _m7_cache(sets: int) -> dict[str, tuple[int, int]]:
    """The registers of the core that its caches need, with a data cache of that many sets of four ways."""
    return {
        "CCR": (0xE000ED14, 0x40200),
        "CCSIDR": (0xE000ED80, 0xF0000019 | (sets - 1) << 13),
        "CSSELR": (0xE000ED84, 1),
        "ICIALLU": (0xE000EF50, 0),
        "DCISW": (0xE000EF60, 0),
    }


F405 = _f4_chip({}, (), _f4_allow(168 * MHZ, 168 * MHZ, 42 * MHZ))
F446 = _f4_chip(_OVER_DRIVE_REGISTERS, _OVER_DRIVE, _f4_allow(180 * MHZ, 168 * MHZ, 45 * MHZ))
F746 = _f4_chip({**_OVER_DRIVE_REGISTERS, **_m7_cache(32)}, _OVER_DRIVE, _f4_allow(216 * MHZ, 180 * MHZ, 54 * MHZ))


# RM0433 (STM32H743): chapters RCC, PWR, embedded flash memory.


def _h7_pll_hz(model: Model) -> int:
    select, config, divisors = model["RCC_PLLCKSELR"], model["RCC_PLLCFGR"], model["RCC_PLL1DIVR"]
    source = _crystal_hz(model) if bits(select, 0, 2) == 2 else 64 * MHZ
    if bits(select, 0, 2) not in (0, 2):
        model.problem("the PLL has no source")
    m, n, p = bits(select, 4, 6), bits(divisors, 0, 9) + 1, bits(divisors, 9, 7) + 1
    _within(model, "M", m, 1, 63)
    _within(model, "N", n, 4, 512)
    least = MHZ << bits(config, 2, 2)
    _within(model, "the PLL's input", source / m, least, 2 * least)
    _within(model, "the PLL's input at this oscillator", source / m, 2 * MHZ, 16 * MHZ)
    vco = source * n // m
    _within(model, "the PLL's oscillator", vco, 192 * MHZ, 836 * MHZ)
    if config & 3 or not config & 1 << 16 or p % 2:
        model.problem(f"the PLL's output is off, fractional or odd: {config:#x}, P {p}")
    return vco // p


def _h7_bus_hz(model: Model, hz: int, bus: int) -> int:
    ahb = hz // _ahb_divisor(bits(model["RCC_D1CFGR"], 0, 4))
    return ahb // _apb_divisor(bits(model["RCC_D2CFGR"], 4 if bus == 1 else 8, 3))


def _h7_allow(model: Model, hz: int) -> None:
    _within(model, "the core's clock", hz, 0, 400 * MHZ)
    ahb = hz // _ahb_divisor(bits(model["RCC_D1CFGR"], 0, 4))
    _within(model, "the AXI bus", ahb, 0, 200 * MHZ)
    for bus in (1, 2):
        _within(model, f"bus {bus}", _h7_bus_hz(model, hz, bus), 0, 100 * MHZ)
    _within(model, "bus 3", ahb // _apb_divisor(bits(model["RCC_D1CFGR"], 4, 3)), 0, 100 * MHZ)
    _within(model, "bus 4", ahb // _apb_divisor(bits(model["RCC_D3CFGR"], 4, 3)), 0, 100 * MHZ)
    latency, delay = bits(model["FLASH_ACR"], 0, 4), bits(model["FLASH_ACR"], 4, 2)
    table = [(70, 0, 0), (140, 1, 1), (185, 2, 1), (210, 2, 2)]  # MHz up to which, wait states, delay; at VOS1
    wanted = next((states, step) for most, states, step in table if ahb <= most * MHZ)
    if (latency, delay) != wanted:
        model.problem(f"wait states and delay are {latency, delay}, not {wanted}")
    if bits(model["PWR_D3CR"], 14, 2) != 3 or not model["PWR_D3CR"] & 1 << 13:
        model.problem("the voltage is not at scale 1")
    if not model["PWR_CSR1"] & 1 << 13:
        model.problem("the voltage was changed before the supply was confirmed")


H743 = Chip(
    registers={
        "RCC_CR": (0x58024400, 0x25),
        "RCC_CFGR": (0x58024410, 0),
        "RCC_D1CFGR": (0x58024418, 0),
        "RCC_D2CFGR": (0x5802441C, 0),
        "RCC_D3CFGR": (0x58024420, 0),
        "RCC_PLLCKSELR": (0x58024428, 0x02020200),
        "RCC_PLLCFGR": (0x5802442C, 0x01FF0000),
        "RCC_PLL1DIVR": (0x58024430, 0x01010280),
        "RCC_AHB4ENR": (0x580244E0, 0),
        "RCC_APB1LENR": (0x580244E8, 0),
        "RCC_APB1HENR": (0x580244EC, 0),
        "RCC_APB2ENR": (0x580244F0, 0),
        "PWR_CSR1": (0x58024804, 0x4000),
        "PWR_CR3": (0x5802480C, 0x46),
        "PWR_D3CR": (0x58024818, 0x4000),
        "FLASH_ACR": (0x52002000, 0x37),
        "DBGMCU_IDCODE": (0x5C001000, 0x10036450),
        "AXI_TARG7_FN_MOD": (0x51008108, 0),
        **_m7_cache(128),
    },
    follows=(
        _HSE,
        _PLL,
        Ready("PWR_CR3", 7, 2, "PWR_CSR1", 1 << 13),
        Ready("PWR_D3CR", 3 << 14, 3 << 14, "PWR_D3CR", 1 << 13),
    ),
    reset_hz=64 * MHZ,
    switch=("RCC_CFGR", 3, 3),
    pll_hz=_h7_pll_hz,
    core_hz=lambda model, hz: hz // _ahb_divisor(bits(model["RCC_D1CFGR"], 8, 4)),
    allow=_h7_allow,
    bus_hz=_h7_bus_hz,
    gates={
        0x40000000: ("RCC_APB1LENR", 0),  # TIM2
        0x40004800: ("RCC_APB1LENR", 18),  # USART3
    },
    port_gate="RCC_AHB4ENR",
    gpio=0x58020000,
    latency="FLASH_ACR",
)


# RM0351 (STM32L475, L476), RM0432 (STM32L4R5), RM0438 (STM32L552): chapters RCC, PWR, embedded flash memory.


def _l4_pll_hz(model: Model) -> int:
    word = model["RCC_PLLCFGR"]
    source = {0: lambda: 0, 1: lambda: 4 * MHZ, 2: lambda: 16 * MHZ, 3: lambda: _crystal_hz(model)}[
        bits(word, 0, 2)
    ]()
    if bits(word, 0, 2) == 2 and not model["RCC_CR"] & 1 << 10:
        model.problem("the PLL runs from an oscillator that is not ready")
    if word & 1 << 7:
        model.problem("bit 7 of RCC_PLLCFGR, reserved in the L4, is set")
    m, n, r = bits(word, 4, 3) + 1, bits(word, 8, 7), 2 * (bits(word, 25, 2) + 1)
    _within(model, "N", n, 8, 86)
    _within(model, "the PLL's input", source / m, 4 * MHZ, 16 * MHZ)
    vco = source * n // m
    _within(model, "the PLL's oscillator", vco, 64 * MHZ, 344 * MHZ)
    if not word & 1 << 24:
        model.problem("the PLL's output is off")
    return vco // r


def _l4_core_hz(model: Model, hz: int) -> int:
    return hz // _ahb_divisor(bits(model["RCC_CFGR"], 4, 4))


def _l4_wait_states(model: Model, hz: int, step_mhz: int) -> None:
    _within(model, "the wait states", bits(model["FLASH_ACR"], 0, 4), -(-hz // (step_mhz * MHZ)) - 1, 15)


def _by_half(model: Model, hz: int) -> None:
    if not model.on_pll and hz > 80 * MHZ:
        model.problem("the core goes beyond 80 MHz in one step")


def _l476_allow(model: Model, hz: int) -> None:
    _within(model, "the core's clock", hz, 0, 80 * MHZ)
    _l4_wait_states(model, hz, 16)


def _l4r5_allow(model: Model, hz: int) -> None:
    boosted = not model["PWR_CR5"] & 1 << 8 and not model["PWR_SR2"] & 1 << 10
    _within(model, "the core's clock", hz, 0, (120 if boosted else 80) * MHZ)
    _l4_wait_states(model, hz, 20)
    _by_half(model, hz)


def _l552_allow(model: Model, hz: int) -> None:
    highest = {0: 110, 1: 80, 2: 26}[bits(model["PWR_CR1"], 9, 2)]
    _within(model, "the core's clock", hz, 0, highest * MHZ)
    if model["PWR_SR2"] & 1 << 10:
        model.problem("the voltage is still rising")
    _l4_wait_states(model, hz, 20)
    _by_half(model, hz)


_L4_REGISTERS = {
    "RCC_CR": (0x40021000, 0x63),
    "RCC_CFGR": (0x40021008, 0),
    "RCC_PLLCFGR": (0x4002100C, 0x1000),
    "RCC_AHB2ENR": (0x4002104C, 0),
    "RCC_APB1ENR1": (0x40021058, 0),
    "RCC_APB1ENR2": (0x4002105C, 0),
    "RCC_APB2ENR": (0x40021060, 0),
    "FLASH_ACR": (0x40022000, 0x600),
    "PWR_CR2": (0x40007004, 0),
}
_L4_GATES = {
    0x40000000: ("RCC_APB1ENR1", 0),  # TIM2
    0x40004400: ("RCC_APB1ENR1", 17),  # USART2
    0x40008000: ("RCC_APB1ENR2", 0),  # LPUART1
    0x40013800: ("RCC_APB2ENR", 14),  # USART1
}
_HSI = Ready("RCC_CR", 1 << 8, 1 << 8, "RCC_CR", 1 << 10)


def _l4_chip(
    registers: Mapping[str, tuple[int, int]],
    follows: tuple[Ready, ...],
    allow: Callable[[Model, int], None],
    gpio: int,
) -> Chip:
    return Chip(
        registers={**_L4_REGISTERS, **registers},
        follows=(_HSE, _HSI, _PLL, *follows),
        reset_hz=4 * MHZ,
        switch=("RCC_CFGR", 2, 3),
        pll_hz=_l4_pll_hz,
        core_hz=_l4_core_hz,
        allow=allow,
        bus_hz=lambda model, hz, bus: hz // _apb_divisor(bits(model["RCC_CFGR"], 8 if bus == 1 else 11, 3)),
        gates=_L4_GATES,
        port_gate="RCC_AHB2ENR",
        gpio=gpio,
        latency="FLASH_ACR",
        conditions={0x40007000: ("RCC_APB1ENR1", 28), gpio + 6 * 0x400: ("PWR_CR2", 9)},
    )


L476 = _l4_chip({}, (), _l476_allow, 0x48000000)
L4R5 = _l4_chip(
    {"PWR_CR5": (0x40007080, 1 << 8), "PWR_SR2": (0x40007014, 1 << 10)},
    (Ready("PWR_CR5", 1 << 8, 0, "PWR_SR2", 1 << 10, inverted=True),),
    _l4r5_allow,
    0x48000000,
)
L552 = _l4_chip(
    {
        "PWR_CR1": (0x40007000, 2 << 9),
        "PWR_SR2": (0x40007014, 1 << 10),
        "ICACHE_CR": (0x40030400, 4),
        "ICACHE_SR": (0x40030404, 1),
        "FLASH_ACR": (0x40022000, 0),
    },
    (
        Ready("PWR_CR1", 3 << 9, 0, "PWR_SR2", 1 << 10, inverted=True),
        Ready("ICACHE_CR", 0, 0, "ICACHE_SR", 1 << 0, inverted=True),
    ),
    _l552_allow,
    0x42020000,
)

CHIPS = {
    "stm32f100": F100,
    "stm32f405": F405,
    "stm32f407": F405,
    "stm32f429": F446,  # the same clock tree and over-drive
    "stm32f446": F446,
    "stm32f746": F746,
    "stm32h743": H743,
    "stm32l475": L476,
    "stm32l476": L476,
    "stm32l4r5": L4R5,
    "stm32l552": L552,
}


def chip_of(board: Board) -> Chip:
    """Return the chip of a board; a test of one that is not modelled here is skipped."""
    name = board.platformio.mcu[:9]
    if name not in CHIPS:
        pytest.skip(f"the clock registers of the {name} are not modelled")
    return CHIPS[name]

from fractions import Fraction
from pathlib import Path

import pytest

from tinyml import board as boards
from tinyml import resources
from tinyml.errors import BoardError
from tinyml.generate import platformio
from tinyml.plan.placement import place

GOOD = (resources.boards() / "netduinoplus2.toml").read_text()


def refuse(text, match):
    with pytest.raises(BoardError, match=match):
        boards.parse(text, Path("mine.toml"))


def line_of(text, part):
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.parametrize("name", boards.names())
def test_every_board_of_tinyml_is_sound(name):
    board = boards.load(name)
    assert board.name == name
    assert (resources.firmware() / "port" / board.port).is_dir()
    assert {proof.level for proof in board.evidence} <= set(boards.EVIDENCE_LEVELS)
    assert board.documents
    assert platformio.files(board, place(board, {}, {}))


def test_the_facts_of_the_emulated_m4():
    board = boards.load("mps2-an386")
    assert board.cpu == "cortex-m4"
    assert (board.flash.name, board.flash.origin, board.flash.length) == ("ssram1", 0, 4 << 20)
    assert (board.ram.origin, board.ram.length) == (0x20000000, 4 << 20)
    assert board.qemu is not None
    assert board.qemu.ticks_per_instruction == Fraction(8, 5)


def test_the_facts_of_the_real_m4_are_those_of_the_chip():
    board = boards.load("netduinoplus2")
    assert (board.flash.length, board.ram.length) == (1 << 20, 128 << 10)
    assert [region.length for region in board.memory if region.name == "ccm"] == [64 << 10]
    assert board.console.tx is not None
    assert (board.console.tx.port_index, board.console.tx.number) == (2, 6)
    assert board.qemu is not None
    assert board.qemu.ticks_per_instruction == 4


def test_the_facts_of_small_boards_are_those_of_their_chips():
    microbit, discovery = boards.load("microbit"), boards.load("stm32vldiscovery")
    assert (microbit.cpu, microbit.flash.length, microbit.ram.length) == ("cortex-m0", 256 << 10, 16 << 10)
    assert microbit.console.tx is not None
    assert (microbit.console.tx.port_index, microbit.console.tx.number) == (0, 24)
    assert (discovery.cpu, discovery.flash.length, discovery.ram.length) == ("cortex-m3", 128 << 10, 8 << 10)
    assert (discovery.counter.bits, microbit.counter.bits) == (24, 32)
    assert (discovery.stack_bytes, microbit.stack_bytes) == (1024, 2048)


@pytest.mark.parametrize(
    ("name", "flash_kib", "ram_kib"),
    [
        ("stm32f4discovery", 1024, {"sram": 128, "ccm": 64}),
        ("feather-stm32f405", 1024, {"sram": 128, "ccm": 64}),
        ("nucleo-f446re", 512, {"sram": 128}),
        ("stm32f746g-disco", 1024, {"sram": 256, "dtcm": 64, "itcm": 16}),
        ("nucleo-f746zg", 1024, {"sram": 256, "dtcm": 64, "itcm": 16}),
        ("nucleo-h743zi", 2048, {"axi": 512, "dtcm": 128, "itcm": 64, "d3": 64}),
        ("nucleo-l476rg", 1024, {"sram1": 96, "sram2": 32}),
        ("b-l475e-iot01a", 1024, {"sram1": 96, "sram2": 32}),
        ("nucleo-l4r5zi", 2048, {"sram": 640}),
        ("nucleo-l552ze", 512, {"sram": 256}),
    ],
)
def test_the_memory_of_stm32_boards_is_that_of_their_chips(name, flash_kib, ram_kib):
    board = boards.load(name)
    ram = {region.name: region.length >> 10 for region in board.memory if region.kind == "ram" and region.mapped}
    assert (board.flash.length >> 10, ram) == (flash_kib, ram_kib)


def test_the_stack_of_an_m7_lies_where_the_guard_below_it_covers_no_ram():
    needs = {"arena": 200_000, "stack": 4096, "statics": 2000}
    for name, arena in (("nucleo-f746zg", "sram"), ("nucleo-h743zi", "axi")):
        placement = place(boards.load(name), needs, {})
        assert (placement.arena, placement.stack) == (arena, "dtcm")


@pytest.mark.parametrize(
    ("text", "port", "number"),
    [("PC6", 2, 6), ("P0.24", 0, 24), ("P1.03", 1, 3), ("P10.14", 10, 14), ("GP0", 0, 0)],
)
def test_a_pin_is_read_in_the_way_of_its_vendor(text, port, number):
    pin = boards.parse(GOOD.replace('tx = "PC6"', f'tx = "{text}"'), Path("mine.toml")).console.tx
    assert pin is not None
    assert (pin.port_index, pin.number, str(pin)) == (port, number, text)


@pytest.mark.parametrize(
    ("name", "start", "family"),
    [
        ("nano33ble", 0x10000, None),
        ("xiao-nrf52840-sense", 0x27000, 0xADA52840),
        ("rpi-pico", 0x10000000, 0xE48BFF56),
    ],
)
def test_an_image_starts_behind_the_bootloader_of_its_board(name, start, family):
    board = boards.load(name)
    assert (board.flash.start, board.image.uf2_family) == (start, family)


def test_the_facts_of_the_real_risc_v_board_are_those_of_the_chip():
    board = boards.load("hifive1")
    assert board.architecture.name == "riscv"
    assert (board.flash.origin, board.ram.origin, board.ram.length) == (0x20400000, 0x80000000, 16 << 10)
    assert board.stack_bytes == 2048
    assert board.qemu is not None
    assert board.qemu.ticks_per_instruction == 1


def test_how_renode_stands_in_for_a_board_is_read():
    renode = boards.load("netduinoplus2").renode
    assert renode is not None
    assert (renode.console, renode.console_bytes, renode.cpu_type) == ("UART.STM32_UART", 0x400, None)
    assert "Memory.ArrayMemory @ sysbus 0x40020000" in renode.peripherals
    risc_v = boards.load("hifive1").renode
    assert risc_v is not None
    assert risc_v.cpu_type == "rv32imac_zicsr_zifencei"
    assert boards.load("mps3-an547").renode is None


def test_the_options_of_an_emulated_machine_and_the_clock_of_its_uart_are_read():
    board = boards.load("virt-rv32")
    assert board.qemu is not None
    assert board.qemu.options == ("-bios", "none")
    assert board.console.clock_hz == 3_686_400


@pytest.mark.parametrize("value", ["100", "4100"])
def test_a_stack_of_an_impossible_size_is_refused(value):
    text = GOOD.replace('port = "stm32f4"', f'port = "stm32f4"\nstack_bytes = {value}')
    refuse(text, rf"line {line_of(text, 'stack_bytes')}: stack_bytes must be .* not {value}")


def test_a_board_of_the_user_is_read_from_its_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    assert boards.load(path) == boards.load(str(path)) == boards.load("netduinoplus2")


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(BoardError, match=f"'nucleo'; known are {', '.join(boards.names())}"):
        boards.load("nucleo")


def test_a_missing_or_binary_file_is_refused(tmp_path):
    with pytest.raises(BoardError, match="cannot be read"):
        boards.load(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BoardError, match="cannot be read"):
        boards.load(tmp_path / "binary.toml")


def test_text_that_is_no_toml_is_refused():
    refuse("name = \n", r"mine\.toml is not TOML: .*line 1")


@pytest.mark.parametrize(
    ("after", "table"),
    [
        ('port = "stm32f4"', "at the top"),
        ("crystal_hz = 25_000_000", r"in \[clock\]"),
        ('name = "sram"', r"in \[memory\]"),
        ("alternate_function = 8", r"in \[console\]"),
        ('machine = "netduinoplus2"', r"in \[qemu\]"),
        ("console_bytes = 0x400", r"in \[renode\]"),
        ('level = "emulated"', r"in \[evidence\]"),
    ],
)
def test_an_unknown_key_is_refused_with_its_line(after, table):
    text = GOOD.replace(after, f"{after}\nsurprise = 1")
    refuse(
        text, rf"mine\.toml, line {line_of(text, 'surprise')}: the key 'surprise' is not known {table}; known are"
    )


def test_an_unknown_table_is_refused_with_its_line():
    text = GOOD + "\n[simics]\nplatform = 1\n"
    refuse(text, rf"line {line_of(text, '[simics]')}: the key 'simics' is not known at the top")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("hz = 168_000_000", 'hz = "fast"', "clock.hz must be a whole number, not 'fast'"),
        ("hz = 168_000_000", "hz = true", "clock.hz must be a whole number, not True"),
        ("hz = 168_000_000", "hz = 0", "clock.hz must be 1 to 4294967295, not 0"),
        ("length = 0x2_0000", "length = 0", "memory.length must be 1 to"),
        ('"UART.STM32_UART"', '"STM32_UART"', "renode.console must be a model of Renode such as"),
        ("console_bytes = 0x400", "console_bytes = 0", "renode.console_bytes must be 1 to"),
        ("origin = 0x2000_0000", "origin = -1", "memory.origin must be 0 to"),
        ("origin = 0x1000_0000", "origin = 0xffff_ffff", "beyond 32-bit addresses"),
        ("origin = 0x1000_0000", "origin = 0x2001_ffff", r"sram \(0x20000000 to 0x20020000\) and ccm .* overlap"),
        ('name = "ccm"', 'name = "sram"', "two memory regions are called sram"),
        ('name = "ccm"', 'name = "C C M"', "memory.name must be lower-case"),
        ('kind = "flash"', 'kind = "rom"', 'memory.kind must be "flash" or "ram", not \'rom\''),
        ('kind = "flash"', 'kind = "ram"', "no memory region is of the kind flash"),
        ('tx = "PC6"', 'tx = "C6"', 'console.tx must be a pin such as "PC6"'),
        ('tx = "PC6"', 'tx = "GP"', 'console.tx must be a pin such as "PC6"'),
        ('tx = "PC6"', 'tx = "P0.1.2"', 'console.tx must be a pin such as "PC6"'),
        ("prescale = 16", "prescale = 0", "counter.prescale must be 1 to"),
        ("prescale = 16", "bits = 33\nprescale = 16", "counter.bits must be 1 to 32, not 33"),
        ('port = "stm32f4"', 'stack_bytes = 1000\nport = "stm32f4"', "stack_bytes must be a multiple of 16"),
        ('_instruction = "4"', '_instruction = "4/0"', "ticks_per_instruction must be a fraction"),
        (
            'level = "emulated"',
            'level = "sure"',
            "evidence.level must be one of generated, built, emulated, hardware",
        ),
        ('date = "2026-11"', 'date = "now"', "evidence.date must be a month"),
        ('flags = ["-mcpu=cortex-m4", ', "flags = [4, ", "flags must be a list of texts"),
        ('name = "netduinoplus2"', 'name = "Netduino"', "name must be lower-case letters"),
        (
            'tool = "dfu"',
            'tool = "dfuu"',
            "upload.tool must be one of openocd, jlink, .* none",
        ),
        ('tool = "dfu"', 'tool = "uf2"', "upload.drive is missing, which the tool uf2 needs"),
        ('usb = "0483:df11"', 'usb = "0483"', 'upload.usb must be numbers such as "0483:df11"'),
        ('tool = "dfu"', 'config = ["exec"]\ntool = "dfu"', "upload.config must name files"),
        ('port = "stm32f4"', "port = 4", "port must be the name of a folder"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(old, new, problem):
    refuse(GOOD.replace(old, new, 1), rf"mine\.toml, line {line_of(GOOD, old)}: .*{problem}")


@pytest.mark.parametrize("line", ['title = "Netduino', "baud = 115_200", 'machine = "netduinoplus2"', "[clock]"])
def test_a_missing_key_is_refused(line):
    text = "\n".join(row for row in GOOD.splitlines() if not row.startswith(line))
    refuse(text, "is missing")


def test_a_board_without_memory_or_with_a_wrong_table_is_refused():
    refuse(GOOD[: GOOD.index("[[memory]]")] + GOOD[GOOD.index("[console]") :], "memory is missing")
    refuse(GOOD.replace("[qemu]", "[[qemu]]"), r"qemu must be a table \[qemu\]")


def test_a_board_without_emulator_or_evidence_is_accepted():
    text = GOOD[: GOOD.index("[qemu]")]
    board = boards.parse(text, Path("mine.toml"))
    assert board.qemu is None
    assert board.evidence == ()


def test_a_port_or_core_without_code_is_refused():
    for old, new, match in [
        (
            'port = "stm32f4"',
            'port = "nrf"',
            "the port 'nrf'; there are cmsdk, lm3s, nrf51, nrf52, nrf53, ns16550, ra8",
        ),
        (
            'cpu = "cortex-m4"',
            'cpu = "cortex-a7"',
            "cortex-a7 is not supported; supported are cortex-m0",
        ),
    ]:
        board = boards.parse(GOOD.replace(old, new), Path("mine.toml"))
        with pytest.raises(BoardError, match=match):
            platformio.files(board, place(board, {}, {}))

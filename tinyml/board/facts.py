"""The facts of a board, as its file gives them."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tinyml import architecture
from tinyml.architecture import Architecture
from tinyml.errors import BoardError

Kind = Literal["flash", "ram"]
EVIDENCE_LEVELS = ("generated", "built", "emulated", "hardware")
PARTS = ("image", "weights", "stack", "statics", "arena")
COUNTER_BITS = 32

# How an image gets into a board's flash, and the key of [upload] that this way cannot do without.
UPLOAD_TOOLS = {
    "openocd": "config",
    "jlink": "chip",
    "pyocd": "chip",
    "dfu": "usb",
    "bossac": None,
    "uf2": "drive",
    "none": "note",
}


@dataclass(frozen=True)
class MemoryRegion:
    """A piece of the address space.

    Attributes:
        name: the linker's name of the region.
        origin: its first address.
        length: its size in bytes.
        kind: "flash" for what an image is stored in, "ram" for what can be written.
        reserved: bytes at its beginning that belong to somebody else, such as a bootloader.
        reserved_for: who that is, or an empty string.
        wait_states: cycles that the core waits at full clock for a read that no cache answers. The plan prefers
            few.
        dma: whether DMA reaches it.
        executable: whether the core can run code in it.
        mapped: whether the port makes it readable. Nothing is placed in a region that is not.
        note: what one should know of it, or an empty string.
    """

    name: str
    origin: int
    length: int
    kind: Kind
    reserved: int = 0
    reserved_for: str = ""
    wait_states: int = 0
    dma: bool = True
    executable: bool = True
    mapped: bool = True
    note: str = ""

    @property
    def start(self) -> int:
        """The first address that is ours."""
        return self.origin + self.reserved

    @property
    def free(self) -> int:
        """How many bytes are ours."""
        return self.length - self.reserved

    @property
    def end(self) -> int:
        """The address just above the region."""
        return self.origin + self.length


@dataclass(frozen=True)
class Pin:
    """A pin of a port, written as "PC6" or, where ports are numbered, "P0.24": port, then number.

    A chip with one port has no name for it: "GP4".
    """

    text: str

    @property
    def port_index(self) -> int:
        """0 for port A, port 0 or the only port, 1 for port B or port 1, and so on."""
        if self.text.startswith("GP"):
            return 0
        port, dot, _ = self.text.removeprefix("P").partition(".")
        return int(port) if dot else ord(port[0]) - ord("A")

    @property
    def number(self) -> int:
        """The pin's number within its port."""
        return int(self.text[len(self.text.rstrip("0123456789")) :])

    def __str__(self) -> str:
        """Return the pin as it was written."""
        return self.text


@dataclass(frozen=True)
class Console:
    """The UART that the link runs over.

    Attributes:
        peripheral: its name in the chip's manual.
        base: its first register's address.
        baud: bits a second, 8N1.
        clock_hz: its input clock, where that is not the core's.
        apb: the peripheral bus that clocks it, where the chip has several.
        enable_bit: its bit in that bus's clock enable register; bit 32 is bit 0 of the bus's second one.
        tx: the pin that sends, where pins have to be chosen.
        rx: the pin that receives.
        alternate_function: the number that connects the two pins to the UART.
        note: where a person finds it on the board.
    """

    peripheral: str
    base: int
    baud: int
    clock_hz: int | None = None
    apb: int | None = None
    enable_bit: int | None = None
    tx: Pin | None = None
    rx: Pin | None = None
    alternate_function: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Counter:
    """The free-running counter that measures an inference, to the host 32 bits wide.

    Attributes:
        peripheral: its name in the chip's manual.
        base: its first register's address, or the number of a register of the core.
        prescale: how many cycles of its clock make one tick.
        hz: ticks a second on the board itself; None where they are the core's cycles over `prescale`.
        bits: its own width. Where that is less than 32, the port takes an interrupt at each wrap and counts on.
        wrap_instructions: how many instructions that interrupt takes.
        apb: the peripheral bus that clocks it, where the chip has several.
        enable_bit: its bit in that bus's clock enable register; bit 32 is bit 0 of the bus's second one.
        note: what clocks it.
    """

    peripheral: str
    base: int
    prescale: int
    hz: int | None = None
    bits: int = COUNTER_BITS
    wrap_instructions: int = 0
    apb: int | None = None
    enable_bit: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Watchdog:
    """A timer that ends a model which hangs: first by an exception, so that it can be reported, then by a reset.

    Attributes:
        peripheral: its name in the chip's manual.
        base: its first register's address.
        clock_hz: of the clock that it counts.
        note: what clocks it.
    """

    peripheral: str
    base: int
    clock_hz: int
    note: str = ""


@dataclass(frozen=True)
class Platformio:
    """What PlatformIO's own board description needs beyond the facts above.

    Attributes:
        mcu: the chip's name in lower case.
    """

    mcu: str


@dataclass(frozen=True)
class Qemu:
    """The machine of QEMU that stands in for the board.

    Attributes:
        machine: the argument of `-M`.
        options: further arguments that the machine needs.
        lacks: memory regions of the board that the machine does not have.
        serial_index: which of QEMU's serial ports is the console, counted from 0.
        icount_shift: an instruction takes 2**icount_shift ns of virtual time.
        ticks_per_instruction: how far the counter moves in that time.
        kept: the memory region that is QEMU's main RAM and may be kept in a file, or None.
        note: how the last figure comes about.
    """

    machine: str
    serial_index: int
    icount_shift: int
    ticks_per_instruction: Fraction
    options: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    kept: str | None = None
    note: str = ""


@dataclass(frozen=True)
class SlotMemory:
    """Where slots for models lie, at a region's end.

    Attributes:
        region: its name; flash only where the port writes it.
        sector: the bytes that are erased at once there.
        note: what one should know of it, or an empty string.
    """

    region: str
    sector: int
    note: str = ""


@dataclass(frozen=True)
class ImageFormat:
    """What an image needs to start on this board besides its place.

    Attributes:
        boot2: the second-stage loader that the chip's ROM wants first in flash: a file of the port, without its
            suffix; or None.
        uf2_family: the family number of the UF2 file that the board's bootloader takes, or None.
    """

    boot2: str | None = None
    uf2_family: int | None = None


@dataclass(frozen=True)
class Upload:
    """How an image gets into the board's flash.

    Attributes:
        tool: one of UPLOAD_TOOLS; "uf2" copies a file to the drive that the board's bootloader shows, "none" says
            that there is no way from here.
        config: files of OpenOCD that describe probe and chip, such as "board/stm32f4discovery.cfg".
        chip: the chip's name as the tool calls it, for jlink and pyocd.
        usb: vendor and product number of the bootloader on USB, for dfu, such as "0483:df11".
        drive: the label of the bootloader's drive, for uf2.
        note: what a person does first, such as a button to hold; for "none" the reason.
    """

    tool: str
    config: tuple[str, ...] = ()
    chip: str | None = None
    usb: str | None = None
    drive: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Renode:
    """How Renode stands in for the board; its platform description is made from this and the facts above.

    Attributes:
        console: the class of the console's model, such as "UART.STM32_UART".
        console_bytes: the size of its registers, where the model does not tell it.
        console_options: its properties, each as "name: value".
        cpu_type: Renode's name of the core, where it is not the board's.
        peripherals: further entries of the description, in Renode's words.
        note: what is different there.
    """

    console: str
    console_bytes: int | None = None
    console_options: tuple[str, ...] = ()
    cpu_type: str | None = None
    peripherals: str = ""
    note: str = ""


@dataclass(frozen=True)
class Evidence:
    """What was proven for this board.

    Attributes:
        level: one of EVIDENCE_LEVELS; each includes the ones before it.
        tools: with which versions.
        date: year and month.
    """

    level: str
    tools: str
    date: str


@dataclass(frozen=True)
class Board:
    """All facts of one board.

    Attributes:
        name: its name on the command line, and its file's name among tinyml's own.
        title: its name in texts.
        vendor: who makes it.
        url: where it is described.
        cpu: the core, as compilers call it.
        flags: compiler flags that choose the core and its floating-point unit.
        documents: the vendors' documents that the facts come from, with their sections.
        clock_hz: the core's clock, as the port sets it up.
        crystal_hz: the external crystal that the clock is made from, or None where the port needs none.
        clock_bypass: whether a clock signal comes in the crystal's place, as from a board's debug probe.
        memory: its regions; the first of each kind is the main one.
        place: which region a part of the image (one of PARTS) goes to, where that is not for the plan to choose.
        stack_bytes: the RAM to set aside for the stack, a multiple of 16, or None for the usual size.
        port: the folder under firmware/port/ that drives its chip family.
        console: the UART of the link.
        counter: the counter that measures.
        watchdog: the timer that ends a model which hangs, or None where the port drives none.
        platformio: facts for PlatformIO.
        slots: where slots for models lie, or None where that is not said: in RAM.
        image: what an image needs to start.
        upload: how it gets into the flash, or None where that is not known.
        qemu: QEMU's machine that stands in for the board, or None.
        renode: how Renode stands in for the board, or None.
        evidence: what was proven, the strongest last.
        text: the file itself, which a project carries along.
    """

    name: str
    title: str
    vendor: str
    url: str
    cpu: str
    flags: tuple[str, ...]
    documents: tuple[str, ...]
    clock_hz: int
    crystal_hz: int | None
    clock_bypass: bool
    memory: tuple[MemoryRegion, ...]
    place: Mapping[str, str]
    stack_bytes: int | None
    port: str
    console: Console
    counter: Counter
    watchdog: Watchdog | None
    platformio: Platformio
    slots: SlotMemory | None
    image: ImageFormat
    upload: Upload | None
    qemu: Qemu | None
    renode: Renode | None
    evidence: tuple[Evidence, ...]
    text: str

    @property
    def architecture(self) -> Architecture:
        """What the board has in common with others.

        Raises:
            BoardError: tinyml has no code for the board's core.
        """
        return architecture.of(self.cpu)

    @property
    def flash(self) -> MemoryRegion:
        """The main region that holds images."""
        return next(region for region in self.memory if region.kind == "flash")

    @property
    def ram(self) -> MemoryRegion:
        """The main region that can be written."""
        return next(region for region in self.memory if region.kind == "ram")

    def usable_bytes(self, kind: Kind) -> int:
        """Return the bytes of all regions of `kind` that something can be placed in."""
        return sum(region.free for region in self.memory if region.kind == kind and region.mapped)

    def region(self, name: str) -> MemoryRegion:
        """Return the region called `name`.

        Raises:
            BoardError: there is none.
        """
        for region in self.memory:
            if region.name == name:
                return region
        known = ", ".join(region.name for region in self.memory)
        raise BoardError(f"the board {self.name} has no memory region {name!r}; it has {known}")

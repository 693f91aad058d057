"""A board: a file of facts, one TOML file a board, read and checked.

The files lie in `boards/`; a user may also give the path of a file of their own. Every key is checked: one that
is not known is refused with its file and line, as is a wrong type, a region of no length, or two regions that
overlap.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, TypeVar

from tinyml import architecture, resources
from tinyml.architecture import Architecture
from tinyml.errors import BoardError

Kind = Literal["flash", "ram"]
T = TypeVar("T")
EVIDENCE_LEVELS = ("generated", "built", "emulated", "hardware")
PARTS = ("image", "weights", "stack", "statics", "arena")
COUNTER_BITS = 32
NAME = r"[a-z0-9][a-z0-9_-]*"  # what a board may be called
TO_FILL_IN = '"?"'  # stands for a value in a board file that was begun and is not finished

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
        bits: its own width. Where that is less than 32, the port takes an interrupt at each wrap and counts on.
        wrap_instructions: how many instructions that interrupt takes.
        apb: the peripheral bus that clocks it, where the chip has several.
        enable_bit: its bit in that bus's clock enable register; bit 32 is bit 0 of the bus's second one.
        note: what clocks it.
    """

    peripheral: str
    base: int
    prescale: int
    bits: int = COUNTER_BITS
    wrap_instructions: int = 0
    apb: int | None = None
    enable_bit: int | None = None
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
        note: how the last figure comes about.
    """

    machine: str
    serial_index: int
    icount_shift: int
    ticks_per_instruction: Fraction
    options: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
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
        platformio: facts for PlatformIO.
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
    platformio: Platformio
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


def names() -> list[str]:
    """Return the names of all boards that come with tinyml, sorted."""
    return sorted(path.stem for path in resources.boards().glob("*.toml"))


def load(name_or_path: str | Path) -> Board:
    """Read a board by its name, or from a file of the user's own.

    Args:
        name_or_path: one of names(), or the path of a file that ends in ".toml".

    Raises:
        BoardError: the name is not known, or the file is missing or holds a wrong fact.
    """
    given = str(name_or_path)
    if given.endswith(".toml"):
        path = Path(given)
    elif given in names():
        path = resources.boards() / f"{given}.toml"
    else:
        raise BoardError(
            f"no board is called {given!r}; known are {', '.join(names())}",
            hint="Give one of these names, or the path of a board file of your own that ends in .toml.",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BoardError(f"the board file {path} cannot be read: {error}") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Board:
    """Return the board that `text` describes; `path` is where it stands, for errors.

    Raises:
        BoardError: the text is not TOML, or a fact is unknown, missing, of a wrong type or impossible.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BoardError(f"{path} is not TOML: {error}") from error
    for number, key in unfilled(text):
        raise BoardError(
            f"{path}, line {number}: {key} is still to be filled in",
            f"Write its value in place of {TO_FILL_IN}.",
        )
    return _board(_Table(data, _Source(text, path)), text)


def unfilled(text: str) -> list[tuple[int, str]]:
    """Return the lines of a board file that are still to be filled in, with the key that stands there."""
    lines = [line.partition("#")[0] for line in text.splitlines()]
    return [
        (number, line.partition("=")[0].strip())
        for number, line in enumerate(lines, start=1)
        if TO_FILL_IN in line
    ]


@dataclass(frozen=True)
class _Source:
    """A board file's text, to find the line of a key: tomllib does not tell it."""

    text: str
    path: Path

    def line(self, table: str, index: int, key: str) -> int | None:
        """Return the 1-based line of `key` in the index-th table of that name ("" is the top), or its header's."""
        header = re.compile(r"\s*\[\[?\s*([\w.-]+)\s*\]")
        current, seen, found = "", -1 if table else 0, None
        for number, line in enumerate(self.text.splitlines(), start=1):
            if match := header.match(line):
                current = match[1]
                seen += current == table
                if (current == table and seen == index) or (not table and current == key):
                    found = number
            if current == table and seen == index and re.match(rf'\s*"?{re.escape(key)}"?\s*[=.]', line):
                return number
        return found

    def error(self, problem: str, table: str, index: int, key: str) -> BoardError:
        line = self.line(table, index, key)
        return BoardError(f"{self.path}{f', line {line}' if line else ''}: {problem}")


class _Table:
    """A table of a board file that hands out its values checked, and knows which keys were asked for."""

    def __init__(self, data: Mapping[str, Any], source: _Source, name: str = "", index: int = 0) -> None:
        self._data, self._source, self._name, self._index = data, source, name, index
        self._asked: list[str] = []

    def _error(self, problem: str, key: str = "") -> BoardError:
        return self._source.error(problem, self._name, self._index, key)

    def _named(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key

    def _value(self, key: str, kind: type, what: str) -> Any:
        self._asked.append(key)
        if key not in self._data:
            raise self._error(f"{self._named(key)} is missing", key)
        value = self._data[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self._error(f"{self._named(key)} must be {what}, not {value!r}", key)
        return value

    def text(self, key: str, pattern: str = r"(?s).+", what: str = "a text") -> str:
        value: str = self._value(key, str, what)
        if not re.fullmatch(pattern, value):
            raise self._error(f"{self._named(key)} must be {what}, not {value!r}", key)
        return value

    def number(self, key: str, least: int = 0) -> int:
        value: int = self._value(key, int, "a whole number")
        if not least <= value < 1 << 32:
            raise self._error(f"{self._named(key)} must be {least} to {(1 << 32) - 1}, not {value}", key)
        return value

    def fraction(self, key: str) -> Fraction:
        numerator, _, denominator = self.text(key, r"[1-9]\d*(/[1-9]\d*)?", 'a fraction such as "8/5"').partition(
            "/"
        )
        return Fraction(int(numerator), int(denominator or 1))

    def pin(self, key: str) -> Pin:
        return Pin(self.text(key, r"(P([A-Z]|\d\d?\.)|GP)\d\d?", 'a pin such as "PC6", "P0.24" or "GP4"'))

    def note(self, key: str = "note") -> str:
        return self.optional(key, self.text) or ""

    def flag(self, key: str, default: bool) -> bool:
        self._asked.append(key)
        value = self._data.get(key, default)
        if not isinstance(value, bool):
            raise self._error(f"{self._named(key)} must be true or false, not {value!r}", key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._value(key, list, "a list of texts")
        if not all(isinstance(value, str) for value in values):
            raise self._error(f"{self._named(key)} must be a list of texts, not {values!r}", key)
        return tuple(values)

    def optional(self, key: str, read: Callable[[str], T]) -> T | None:
        self._asked.append(key)
        return read(key) if key in self._data else None

    def table(self, key: str) -> "_Table":
        return _Table(self._value(key, dict, f"a table [{key}]"), self._source, key)

    def tables(self, key: str) -> list["_Table"]:
        values = self._value(key, list, f"tables [[{key}]]")
        if not values or not all(isinstance(value, dict) for value in values):
            raise self._error(f"{self._named(key)} must be one or more tables [[{key}]]", key)
        return [_Table(value, self._source, key, index) for index, value in enumerate(values)]

    def done(self) -> None:
        """Refuse what nobody asked for."""
        for key in self._data:
            if key not in self._asked:
                where = f"in [{self._name}]" if self._name else "at the top"
                raise self._error(f"the key {key!r} is not known {where}; known are {', '.join(self._asked)}", key)

    def refuse(self, key: str, problem: str) -> BoardError:
        """Return the error that the value of `key` is impossible."""
        return self._error(problem, key)


def _board(top: _Table, text: str) -> Board:
    clock = top.table("clock")
    console, counter = top.table("console"), top.table("counter")
    platformio = top.table("platformio")
    place, image, upload, qemu, renode = (
        top.optional(key, top.table) for key in ("place", "image", "upload", "qemu", "renode")
    )
    regions, evidence = top.tables("memory"), top.optional("evidence", top.tables) or []
    memory = _memory(regions)
    board = Board(
        name=top.text("name", NAME, "lower-case letters, digits, - and _"),
        title=top.text("title"),
        vendor=top.text("vendor"),
        url=top.text("url"),
        cpu=top.text("cpu"),
        flags=top.texts("flags"),
        documents=top.texts("documents"),
        clock_hz=clock.number("hz", least=1),
        crystal_hz=clock.optional("crystal_hz", clock.number),
        clock_bypass=clock.flag("bypass", default=False),
        memory=memory,
        place=_place(place, memory) if place else {},
        stack_bytes=_stack_bytes(top),
        port=top.text("port", r"[a-z0-9_]+", "the name of a folder under firmware/port/"),
        console=_console(console),
        counter=_counter(counter),
        platformio=Platformio(mcu=platformio.text("mcu")),
        image=_image(image) if image else ImageFormat(),
        upload=_upload(upload) if upload else None,
        qemu=_qemu(qemu) if qemu else None,
        renode=_renode(renode) if renode else None,
        evidence=tuple(_evidence(table) for table in evidence),
        text=text,
    )
    optional = [table for table in (place, image, upload, qemu, renode) if table is not None]
    for table in (top, clock, console, counter, platformio, *optional, *regions, *evidence):
        table.done()
    return board


def _memory(tables: list[_Table]) -> tuple[MemoryRegion, ...]:
    regions: list[MemoryRegion] = []
    for table in tables:
        region = MemoryRegion(
            name=table.text("name", r"[a-z][a-z0-9_]*", "lower-case letters, digits and _"),
            origin=table.number("origin"),
            length=table.number("length", least=1),
            kind="flash" if table.text("kind", "flash|ram", '"flash" or "ram"') == "flash" else "ram",
            reserved=table.optional("reserved", table.number) or 0,
            reserved_for=table.note("reserved_for"),
            wait_states=table.optional("wait_states", table.number) or 0,
            dma=table.flag("dma", default=True),
            executable=table.flag("executable", default=True),
            mapped=table.flag("mapped", default=True),
            note=table.note(),
        )
        if region.free <= 0:
            raise table.refuse(
                "reserved", f"memory.reserved must be less than the region's length, not {region.reserved}"
            )
        if region.end > 1 << 32:
            raise table.refuse(
                "origin", f"the region {region.name} ends at {region.end:#x}, beyond 32-bit addresses"
            )
        for other in regions:
            if region.name == other.name:
                raise table.refuse("name", f"two memory regions are called {region.name}")
            if region.origin < other.end and other.origin < region.end:
                raise table.refuse(
                    "origin",
                    f"the memory regions {other.name} ({other.origin:#x} to {other.end:#x}) and "
                    f"{region.name} ({region.origin:#x} to {region.end:#x}) overlap",
                )
        regions.append(region)
    for kind in ("flash", "ram"):
        if all(region.kind != kind for region in regions):
            raise tables[0].refuse("kind", f"no memory region is of the kind {kind}; a board needs one")
    return tuple(regions)


def _place(table: _Table, memory: tuple[MemoryRegion, ...]) -> dict[str, str]:
    names = "|".join(region.name for region in memory)
    found = {part: table.optional(part, lambda key: table.text(key, names, f"one of {names}")) for part in PARTS}
    return {part: name for part, name in found.items() if name is not None}


def _image(table: _Table) -> ImageFormat:
    return ImageFormat(
        boot2=table.optional(
            "boot2", lambda key: table.text(key, r"[a-z0-9_]+", "the name of a file of the port")
        ),
        uf2_family=table.optional("uf2_family", table.number),
    )


def _stack_bytes(top: _Table) -> int | None:
    stack_bytes = top.optional("stack_bytes", lambda key: top.number(key, least=256))
    if stack_bytes is not None and stack_bytes % 16:
        raise top.refuse("stack_bytes", f"stack_bytes must be a multiple of 16, not {stack_bytes}")
    return stack_bytes


def _console(table: _Table) -> Console:
    return Console(
        peripheral=table.text("peripheral"),
        base=table.number("base"),
        baud=table.number("baud", least=1),
        clock_hz=table.optional("clock_hz", lambda key: table.number(key, least=1)),
        apb=table.optional("apb", table.number),
        enable_bit=table.optional("enable_bit", table.number),
        tx=table.optional("tx", table.pin),
        rx=table.optional("rx", table.pin),
        alternate_function=table.optional("alternate_function", table.number),
        note=table.note(),
    )


def _counter(table: _Table) -> Counter:
    bits = table.optional("bits", lambda key: table.number(key, least=1))
    if bits is not None and bits > COUNTER_BITS:
        raise table.refuse("bits", f"counter.bits must be 1 to {COUNTER_BITS}, not {bits}")
    return Counter(
        peripheral=table.text("peripheral"),
        base=table.number("base"),
        prescale=table.number("prescale", least=1),
        bits=bits or COUNTER_BITS,
        wrap_instructions=table.optional("wrap_instructions", table.number) or 0,
        apb=table.optional("apb", table.number),
        enable_bit=table.optional("enable_bit", table.number),
        note=table.note(),
    )


def _upload(table: _Table) -> Upload:
    tools = list(UPLOAD_TOOLS)
    tool = table.text("tool", "|".join(tools), f"one of {', '.join(tools)}")
    config = table.optional("config", table.texts) or ()
    for name in config:
        if not re.fullmatch(r"(board|interface|target)/[\w/+-]+\.cfg", name):
            raise table.refuse(
                "config", f'upload.config must name files such as "target/stm32f4x.cfg", not {name!r}'
            )
    upload = Upload(
        tool=tool,
        config=config,
        chip=table.optional("chip", lambda key: table.text(key, r"[\w-]+", "the name of a chip")),
        usb=table.optional(
            "usb", lambda key: table.text(key, r"[0-9a-f]{4}:[0-9a-f]{4}", 'numbers such as "0483:df11"')
        ),
        drive=table.optional("drive", lambda key: table.text(key, r"[\w -]+", "the label of a drive")),
        note=table.note(),
    )
    needed = UPLOAD_TOOLS[tool]
    if needed is not None and not getattr(upload, needed):
        raise table.refuse("tool", f"upload.{needed} is missing, which the tool {tool} needs")
    return upload


def _qemu(table: _Table) -> Qemu:
    return Qemu(
        machine=table.text("machine"),
        options=table.optional("options", table.texts) or (),
        lacks=table.optional("lacks", table.texts) or (),
        serial_index=table.number("serial_index"),
        icount_shift=table.number("icount_shift"),
        ticks_per_instruction=table.fraction("ticks_per_instruction"),
        note=table.note(),
    )


def _renode(table: _Table) -> Renode:
    return Renode(
        console=table.text("console", r"UART\.\w+", 'a model of Renode such as "UART.STM32_UART"'),
        console_bytes=table.optional("console_bytes", lambda key: table.number(key, least=1)),
        console_options=table.optional("console_options", table.texts) or (),
        cpu_type=table.optional("cpu_type", table.text),
        peripherals=table.optional("peripherals", table.text) or "",
        note=table.note(),
    )


def _evidence(table: _Table) -> Evidence:
    level = table.text("level", "|".join(EVIDENCE_LEVELS), f"one of {', '.join(EVIDENCE_LEVELS)}")
    return Evidence(
        level=level,
        tools=table.text("with"),
        date=table.text("date", r"\d{4}-\d\d", 'a month such as "2026-11"'),
    )

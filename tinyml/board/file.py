"""A board file: its text, read and checked."""

import re
import tomllib
from pathlib import Path

from tinyml.board.facts import (
    COUNTER_BITS,
    EVIDENCE_LEVELS,
    PARTS,
    UPLOAD_TOOLS,
    Board,
    Console,
    Counter,
    Evidence,
    ImageFormat,
    MemoryRegion,
    Platformio,
    Qemu,
    Renode,
    SlotMemory,
    Upload,
    Watchdog,
)
from tinyml.board.table import Source, Table
from tinyml.errors import BoardError

NAME = r"[a-z0-9][a-z0-9_-]*"  # what a board may be called
TO_FILL_IN = '"?"'  # stands for a value in a board file that was begun and is not finished


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
    return _board(Table(data, Source(text, path)), text)


def unfilled(text: str) -> list[tuple[int, str]]:
    """Return the lines of a board file that are still to be filled in, with the key that stands there."""
    lines = [line.partition("#")[0] for line in text.splitlines()]
    return [
        (number, line.partition("=")[0].strip())
        for number, line in enumerate(lines, start=1)
        if TO_FILL_IN in line
    ]


def _board(top: Table, text: str) -> Board:
    clock = top.table("clock")
    console, counter = top.table("console"), top.table("counter")
    platformio = top.table("platformio")
    place, slots, image, watchdog, upload, qemu, renode = (
        top.optional(key, top.table) for key in ("place", "slots", "image", "watchdog", "upload", "qemu", "renode")
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
        watchdog=_watchdog(watchdog) if watchdog else None,
        platformio=Platformio(mcu=platformio.text("mcu")),
        slots=_slots(slots, memory) if slots else None,
        image=_image(image) if image else ImageFormat(),
        upload=_upload(upload) if upload else None,
        qemu=_qemu(qemu, memory) if qemu else None,
        renode=_renode(renode) if renode else None,
        evidence=tuple(_evidence(table) for table in evidence),
        text=text,
    )
    optional = [table for table in (place, slots, image, watchdog, upload, qemu, renode) if table is not None]
    for table in (top, clock, console, counter, platformio, *optional, *regions, *evidence):
        table.done()
    return board


def _memory(tables: list[Table]) -> tuple[MemoryRegion, ...]:
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


def _place(table: Table, memory: tuple[MemoryRegion, ...]) -> dict[str, str]:
    names = "|".join(region.name for region in memory)
    found = {part: table.optional(part, lambda key: table.text(key, names, f"one of {names}")) for part in PARTS}
    return {part: name for part, name in found.items() if name is not None}


def _region_name(table: Table, key: str, memory: tuple[MemoryRegion, ...]) -> str:
    names = [region.name for region in memory]
    return table.text(key, "|".join(names), f"one of {', '.join(names)}")


def _slots(table: Table, memory: tuple[MemoryRegion, ...]) -> SlotMemory:
    slots = SlotMemory(_region_name(table, "region", memory), table.number("sector", least=16), table.note())
    if slots.sector & (slots.sector - 1):
        raise table.refuse("sector", f"slots.sector must be a power of two, not {slots.sector}")
    return slots


def _image(table: Table) -> ImageFormat:
    return ImageFormat(
        boot2=table.optional(
            "boot2", lambda key: table.text(key, r"[a-z0-9_]+", "the name of a file of the port")
        ),
        uf2_family=table.optional("uf2_family", table.number),
    )


def _stack_bytes(top: Table) -> int | None:
    stack_bytes = top.optional("stack_bytes", lambda key: top.number(key, least=256))
    if stack_bytes is not None and stack_bytes % 16:
        raise top.refuse("stack_bytes", f"stack_bytes must be a multiple of 16, not {stack_bytes}")
    return stack_bytes


def _console(table: Table) -> Console:
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


def _counter(table: Table) -> Counter:
    bits = table.optional("bits", lambda key: table.number(key, least=1))
    if bits is not None and bits > COUNTER_BITS:
        raise table.refuse("bits", f"counter.bits must be 1 to {COUNTER_BITS}, not {bits}")
    return Counter(
        peripheral=table.text("peripheral"),
        base=table.number("base"),
        prescale=table.number("prescale", least=1),
        hz=table.optional("hz", lambda key: table.number(key, least=1)),
        bits=bits or COUNTER_BITS,
        wrap_instructions=table.optional("wrap_instructions", table.number) or 0,
        apb=table.optional("apb", table.number),
        enable_bit=table.optional("enable_bit", table.number),
        note=table.note(),
    )


def _watchdog(table: Table) -> Watchdog:
    return Watchdog(
        peripheral=table.text("peripheral"),
        base=table.number("base"),
        clock_hz=table.number("clock_hz", least=1),
        note=table.note(),
    )


def _upload(table: Table) -> Upload:
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


def _qemu(table: Table, memory: tuple[MemoryRegion, ...]) -> Qemu:
    return Qemu(
        machine=table.text("machine"),
        options=table.optional("options", table.texts) or (),
        lacks=table.optional("lacks", table.texts) or (),
        kept=table.optional("kept", lambda key: _region_name(table, key, memory)),
        serial_index=table.number("serial_index"),
        icount_shift=table.number("icount_shift"),
        ticks_per_instruction=table.fraction("ticks_per_instruction"),
        note=table.note(),
    )


def _renode(table: Table) -> Renode:
    return Renode(
        console=table.text("console", r"UART\.\w+", 'a model of Renode such as "UART.STM32_UART"'),
        console_bytes=table.optional("console_bytes", lambda key: table.number(key, least=1)),
        console_options=table.optional("console_options", table.texts) or (),
        cpu_type=table.optional("cpu_type", table.text),
        peripherals=table.optional("peripherals", table.text) or "",
        note=table.note(),
    )


def _evidence(table: Table) -> Evidence:
    level = table.text("level", "|".join(EVIDENCE_LEVELS), f"one of {', '.join(EVIDENCE_LEVELS)}")
    return Evidence(
        level=level,
        tools=table.text("with"),
        date=table.text("date", r"\d{4}-\d\d", 'a month such as "2026-11"'),
    )

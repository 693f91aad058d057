"""What an emulated core executed: straight runs of instructions between taken branches, and how often each ran.

QEMU logs every instruction's address (one instruction a translation block, blocks not chained) into a pipe, which
is read while the program runs: some 70 bytes an instruction, of which nothing is kept but the counts.
"""

import os
import re
import tempfile
import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from tinyml.board import Board
from tinyml.errors import DeviceError
from tinyml.run import qemu

_CHUNK_BYTES = 1 << 24
_END_SECONDS = 120.0
_ONE_INSTRUCTION_OPTION_SINCE = (8, 1)  # of QEMU; before that it was -singlestep
_ADDRESS_DIGITS = 8
_NIBBLES = np.zeros(256, np.int64)
_NIBBLES[[ord(c) for c in "0123456789abcdef"]] = range(16)

Addresses = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Code:
    """The executable part of an image.

    Attributes:
        start: its first address.
        sizes: for each halfword from there on, the bytes of an instruction that would begin with it: 2 or 4.
        symbols: the addresses of each function, from its first to the one after its last, by name; a function may
            stand there more than once.
    """

    start: int
    sizes: npt.NDArray[np.int64]
    symbols: tuple[tuple[str, range], ...]

    @staticmethod
    def read(elf: Path) -> "Code":
        """Return the Thumb code of the ELF file `elf`, which lies in one section."""
        with elf.open("rb") as stream:
            file = ELFFile(stream)
            section = next(
                s for s in file.iter_sections() if s["sh_flags"] & SH_FLAGS.SHF_EXECINSTR and s["sh_size"]
            )
            halfwords = np.frombuffer(section.data()[: section["sh_size"] & ~1], "<u2")
            tables = [s for s in file.iter_sections() if isinstance(s, SymbolTableSection)]
            symbols = [
                (symbol.name.partition(".")[0], range(start, start + symbol["st_size"]))
                for table in tables
                for symbol in table.iter_symbols()
                if symbol["st_info"]["type"] == "STT_FUNC"
                for start in [symbol["st_value"] & ~1]
            ]
            return Code(section["sh_addr"], np.where(halfwords >> 11 >= 0b11101, 4, 2), tuple(symbols))

    @property
    def stop(self) -> int:
        """The address after the last."""
        return self.start + 2 * len(self.sizes)

    def without(self, excluded: Collection[range]) -> Iterator[range]:
        """Yield the addresses that are in none of the ranges `excluded`."""
        at = self.start
        for gap in sorted(excluded, key=lambda addresses: addresses.start):
            if gap.start > at:
                yield range(at, gap.start)
            at = max(at, gap.stop)
        if at < self.stop:
            yield range(at, self.stop)


@dataclass
class Trace:
    """What ran between one execution of the marker and the next.

    Attributes:
        runs: how often each run of instructions was executed, by the addresses of its first and its last; after
            the last the core went elsewhere.
    """

    runs: Counter[tuple[int, int]] = field(default_factory=Counter)


class Reader:
    """Counts the runs in a log that comes in pieces.

    Args:
        code: what is executed.
        marker: the address of the instruction that begins another trace; it belongs to none.
    """

    def __init__(self, code: Code, marker: int) -> None:
        self.traces = [Trace()]
        self._code = code
        self._marker = marker
        self._text = b""
        self._last: Addresses = np.empty(0, np.int64)  # of the run that may go on

    def feed(self, data: bytes) -> None:
        """Take the next piece of the log."""
        text = self._text + data
        whole = text.rfind(b"\n") + 1
        self._text = text[whole:]
        executed = self._addresses(np.frombuffer(text[:whole], np.uint8))
        if len(executed):
            self._last = self._count(executed)

    def end(self) -> list[Trace]:
        """Return the traces; the log is over."""
        if len(self._last):
            self._add(self._last, np.array([0]), np.array([len(self._last) - 1]))
            self._last = self._last[:0]
        return self.traces

    def _addresses(self, text: npt.NDArray[np.uint8]) -> Addresses:
        """Return the addresses that the lines of `text` tell, after those of the run that may go on.

        A line of a block that ran is `Trace 0: HOST [FLAGS/ADDRESS/...`. One that was to run and did not is told
        of after it: `Stopped execution of TB chain before HOST [ADDRESS] `.
        """
        brackets = np.flatnonzero(text == ord("["))
        executed = text[brackets + 1 + _ADDRESS_DIGITS] == ord("/")
        digits = _NIBBLES[text[brackets[executed, None] + np.arange(2 + _ADDRESS_DIGITS, 2 + 2 * _ADDRESS_DIGITS)]]
        addresses = digits @ (16 ** np.arange(_ADDRESS_DIGITS - 1, -1, -1))
        if not executed.all():
            stopped = np.flatnonzero(~executed) - np.arange(1, 1 + np.count_nonzero(~executed)) + len(self._last)
            return np.delete(np.concatenate([self._last, addresses]), stopped)
        return np.concatenate([self._last, addresses])

    def _count(self, executed: Addresses) -> Addresses:
        """Count all runs in `executed` but the last, which may go on; return that one."""
        following = executed + self._code.sizes[(executed - self._code.start) >> 1]
        marked = executed == self._marker
        ends = np.flatnonzero((executed[1:] != following[:-1]) | marked[1:] | marked[:-1])
        starts = np.concatenate([[0], ends + 1])
        first = 0  # of the runs that belong to the trace
        for mark in np.flatnonzero(marked[starts[:-1]]):
            self._add(executed, starts[first:mark], ends[first:mark])
            self.traces.append(Trace())
            first = int(mark) + 1
        self._add(executed, starts[first:-1], ends[first:])
        return executed[starts[-1] :]

    def _add(self, executed: Addresses, starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]) -> None:
        keys, counts = np.unique(executed[starts] << 32 | executed[ends], return_counts=True)
        runs = self.traces[-1].runs
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
            runs[key >> 32, key & 0xFFFFFFFF] += count


class Recorder:
    """An emulator whose instructions are recorded.

    Attributes:
        emulator: the emulator, which waits for a connection.
    """

    def __init__(self, emulator: qemu.Emulator, reading: threading.Thread, reader: Reader) -> None:
        self.emulator = emulator
        self._reading = reading
        self._reader = reader

    def end(self) -> list[Trace]:
        """End the emulator; return what ran before the first execution of the marker, and after each."""
        self.emulator.close()
        self._reading.join(_END_SECONDS)
        if self._reading.is_alive():
            raise DeviceError(f"QEMU's log did not end within {_END_SECONDS:g} s")
        return self._reader.end()


def _one_instruction(board: Board) -> list[str]:
    """Return the options that make each instruction a block of its own."""
    numbers = re.findall(r"\d+", qemu.version(board.architecture))
    if tuple(map(int, numbers[:2])) >= _ONE_INSTRUCTION_OPTION_SINCE:
        return ["-accel", "tcg,one-insn-per-tb=on"]
    return ["-singlestep"]


@contextmanager
def recorded(elf: Path, board: Board, marker: str, excluded: str) -> Iterator[Recorder]:
    """Start the image `elf` on the emulator that stands in for `board`, and record its instructions.

    Args:
        elf: the image.
        board: its board.
        marker: the function whose call begins another trace.
        excluded: a regular expression of the names of functions whose instructions are not recorded.

    Raises:
        The errors of `qemu.Emulator`.
    """
    code = Code.read(elf)
    start = next(addresses.start for name, addresses in code.symbols if name == marker)
    gaps = [a for name, a in code.symbols if re.fullmatch(excluded, name)]
    gaps.append(next(range(start + 2, a.stop) for name, a in code.symbols if name == marker))
    ranges = [*code.without(gaps), range(start, start + 2)]
    reader = Reader(code, start)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        os.mkfifo(log)
        reading = threading.Thread(target=_read, args=(log, reader), daemon=True)
        reading.start()
        options = [
            *_one_instruction(board),
            *("-d", "exec,nochain", "-D", str(log)),
            *("-dfilter", ",".join(f"{addresses.start:#x}..{addresses.stop - 1:#x}" for addresses in ranges)),
        ]
        try:
            emulator = qemu.Emulator(elf, board, options)
        except BaseException:
            with suppress(OSError):  # a log that nobody opened is waited for: open and close it
                os.close(os.open(log, os.O_WRONLY | os.O_NONBLOCK))
            raise
        try:
            yield Recorder(emulator, reading, reader)
        finally:
            emulator.close()


def _read(log: Path, reader: Reader) -> None:
    with log.open("rb") as stream:
        while data := stream.read(_CHUNK_BYTES):
            reader.feed(data)

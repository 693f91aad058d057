"""A port compiled for the host, with its chip's registers in a model: what no emulator here can show."""

import ctypes
import subprocess
from pathlib import Path

from tinyml import board as boards
from tinyml import resources
from tinyml.generate import platformio
from tinyml.plan.placement import place

HOST = Path(__file__).parent / "host"


class Port:
    """The port of a board; `tm_port_init` has not run yet."""

    def __init__(self, board_name: str, folder: Path) -> None:
        self.board = boards.load(board_name)
        for path, text in platformio.files(self.board, place(self.board, {}, {})).items():
            name = Path(path).name
            if path.startswith("lib/tinyml_port/tm_") and not (HOST / name).exists():
                (folder / name).write_text(text)
        source = folder / f"tm_{self.board.port}.c"
        library = folder / "port.so"
        include = [f"-I{path}" for path in (HOST, folder, resources.firmware() / "runtime")]
        flags = ["-std=gnu99", "-Wall", "-Wextra", "-Werror", "-Wno-pointer-to-int-cast", "-shared", "-fPIC"]
        command = ["cc", *flags, *include, str(source), str(HOST / "registers.c"), "-o", str(library)]
        subprocess.run(command, check=True, timeout=60)
        self._library = ctypes.CDLL(str(library))
        counts = ("tm_model_value", "tm_model_accesses", "tm_model_count", "tm_model_address")
        for function in (*counts, "tm_port_clock_hz"):
            getattr(self._library, function).restype = ctypes.c_uint32

    def set(self, address: int, value: int) -> None:
        """Let the register hold `value` after the reset."""
        self._library.tm_model_set(ctypes.c_uint32(address), ctypes.c_uint32(value))

    def promise(self, address: int, mask: int, bits: int | None = None, polls: int = 3) -> None:
        """Show the bits of `mask` as in `bits` (all set by default) from the access number `polls` on."""
        wanted = mask if bits is None else bits
        self._library.tm_model_promise(*(ctypes.c_uint32(value) for value in (address, mask, wanted, polls)))

    def keep(self, origin: int, size: int) -> None:
        """Let `size` bytes from `origin` on keep what is written; what no call names reads as zero from now on."""
        self._library.tm_model_keep(ctypes.c_uint32(origin), ctypes.c_uint32(size))

    def start(self) -> int:
        """Run `tm_port_init` and return the clock that the port then reports, in Hz."""
        self._library.tm_port_init()
        clock_hz: int = self._library.tm_port_clock_hz()
        return clock_hz

    def __getitem__(self, address: int) -> int:
        """Return what the register holds."""
        value: int = self._library.tm_model_value(ctypes.c_uint32(address))
        return value

    def accesses(self, address: int) -> int:
        """Return how often the register was read or written."""
        count: int = self._library.tm_model_accesses(ctypes.c_uint32(address))
        return count

    def read(self) -> int:
        """Return what `tm_port_read` does."""
        byte: int = self._library.tm_port_read()
        return byte

    def can_write(self) -> bool:
        """Return what `tm_port_can_write` does."""
        function = self._library.tm_port_can_write
        function.restype = ctypes.c_bool
        return bool(function())

    def write(self, byte: int) -> None:
        """Run `tm_port_write`."""
        self._library.tm_port_write(ctypes.c_uint8(byte))

    def touched(self) -> dict[int, int]:
        """Return how often each register was read or written, by address."""
        addresses = (self._library.tm_model_address(index) for index in range(self._library.tm_model_count()))
        return {address: count for address in addresses if (count := self.accesses(address))}

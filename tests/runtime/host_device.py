"""The device's half of the link as a process on the host, with sanitizers and the model in test_model.c."""

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tinyml import protocol, resources

HERE = Path(__file__).parent

INPUT_BYTES, SECOND_INPUT_BYTES, OUTPUT_BYTES = 1000, 4, 600
TRACED_PARTS = 150
ARENA_BYTES = INPUT_BYTES + SECOND_INPUT_BYTES + OUTPUT_BYTES
BREAK_GUARD_BEFORE, BREAK_GUARD_AFTER, FAULT, OVERFLOW_STACK, READ_NOWHERE = 1, 2, 3, 4, 5
UNDEFINED, UNALIGNED, NOT_CODE, HANG = 6, 7, 8, 9
RESET_EXIT_CODE = 17
STACK_SIZE, STACK_BYTES = 4096, 24 * 4
NO_INTERRUPT_HERTZ = 7  # the port says that it cannot
LINE_POLLED = "-DTM_LINE_POLLED"
BUILD_ID, VERSION = 0x12345678, "1.2.3"


def write_headers(folder: Path) -> None:
    """Write the headers that the runtime needs and that a project generates."""
    (folder / "tm_protocol.h").write_text(protocol.render_header())
    (folder / "tm_build.h").write_text(
        f'#define TM_FIRMWARE_VERSION "{VERSION}"\n#define TM_BUILD_ID 0x{BUILD_ID:08x}u\n'
    )


def build(folder: Path) -> Path:
    """Compile runtime, port and model in `folder`; return the program."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    write_headers(folder)
    runtime = resources.firmware() / "runtime"
    program = folder / "device"
    sources = [*sorted(runtime.glob("*.c")), HERE / "host_port.c", HERE / "test_model.c"]
    flags = ["-std=gnu99", "-Wall", "-Wextra", "-Werror", "-g", "-O1", LINE_POLLED]
    sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    command = ["gcc", *flags, *sanitizers, f"-I{runtime}", f"-I{folder}", *map(str, sources), "-o", str(program)]
    subprocess.run(command, check=True, timeout=60)
    return program


def expected_output(data: bytes, second: bytes) -> bytes:
    """Return the model's output."""
    return bytes((~value + second[1]) & 0xFF for value in data)[:OUTPUT_BYTES]


class SocketStream:
    """A socket with the interface of a serial port that was opened with timeout=0."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self, size: int) -> bytes:
        if data := self._socket.recv(size):
            return data
        raise OSError("the other end has closed")

    def write(self, data: bytes) -> int:
        self._socket.settimeout(5)
        self._socket.sendall(data)
        return len(data)


class HostDevice:
    """A running device; a context manager."""

    def __init__(self, program: Path) -> None:
        self._host, device = socket.socketpair()
        with device:
            self.process = subprocess.Popen([program], stdin=device, stdout=device, stderr=subprocess.PIPE)
        self.stream = SocketStream(self._host)

    def __enter__(self) -> "HostDevice":
        return self

    def __exit__(self, *_: object) -> None:
        self._host.close()
        _, complaint = self.process.communicate(timeout=10)
        assert complaint == b""

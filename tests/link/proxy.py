"""A line that fails on purpose: a seeded proxy between the host and a device or its emulator.

It takes the stream apart at the zero bytes that end frames, so that a rate is a share of frames, and damages each
piece by itself; what comes out of it is a stream again, in which anything may stand.
"""

import contextlib
import heapq
import random
import select
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from tests.runtime.host_device import SocketStream

_READ_BYTES = 4096
_POLL_SECONDS = 0.05
_LONGEST_NOISE_BYTES = 600
_END_SECONDS = 5.0


@dataclass(frozen=True)
class Faults:
    """How often a line fails; shares of the frames of each direction, but for the last two.

    Attributes:
        drop: a frame is lost.
        flip: a bit of it is changed, or two.
        cut: only its beginning comes.
        duplicate: it comes twice, the second time up to `latest` seconds later.
        delay: it comes up to `latest` seconds late; what follows overtakes it.
        noise: bytes that are no frame come before it.
        latest: see above.
        reset_every: after so many frames to the device, the device is restarted; 0 for never.
        break_every: after so many frames to the device the connection breaks; 0 for never.
    """

    drop: float = 0.0
    flip: float = 0.0
    cut: float = 0.0
    duplicate: float = 0.0
    delay: float = 0.0
    noise: float = 0.0
    latest: float = 0.5
    reset_every: int = 0
    break_every: int = 0


class Device(Protocol):
    """What is at the far end."""

    def connection(self) -> socket.socket:
        """Return the socket to the device; another one after a restart, where that needs one."""

    def restart(self) -> None:
        """Restart the device, as its reset button does."""


class Proxy:
    """A proxy that runs until it is closed; a context manager.

    Attributes:
        stream: the host's end.
        happened: how often each fault came.
        frames: how many frames the host sent.
    """

    def __init__(self, device: Device, faults: Faults, seed: int) -> None:
        self._device = device
        self._faults = faults
        self._random = random.Random(seed)
        self.happened: Counter[str] = Counter()
        self.frames = 0
        self.error: Exception | None = None
        self._late: list[
            tuple[float, int, bool, bytes]
        ] = []  # a heap: when, a number, whether to the device, what
        self._partial = {True: b"", False: b""}  # by whether it goes to the device
        self._ended = threading.Event()
        self._swapping = threading.Lock()
        self._connect()
        self._thread = threading.Thread(target=self._guarded, daemon=True)
        self._thread.start()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(_END_SECONDS)
        assert not self._thread.is_alive(), "the proxy hangs"
        self._host.close()
        self._ours.close()
        if self.error:
            raise self.error

    def _connect(self) -> None:
        self._ours, self._host = socket.socketpair()
        self.stream = SocketStream(self._host)

    def reconnect(self) -> None:
        """Open the host's end anew, after it broke."""
        with self._swapping:
            self._host.close()
            self._ours.close()
            ours, self._host = socket.socketpair()
            self._ours = ours
            self.stream._socket = self._host

    def _guarded(self) -> None:
        try:
            self._run()
        except Exception as error:  # told when the proxy is closed
            self.error = error

    def _run(self) -> None:
        while not self._ended.is_set():
            with self._swapping:
                ours = self._ours
            far = self._device.connection()
            near = [] if ours.fileno() < 0 else [ours]
            wait = (
                min(_POLL_SECONDS, max(0.0, self._late[0][0] - time.monotonic())) if self._late else _POLL_SECONDS
            )
            try:
                ready, _, _ = select.select([*near, far], [], [], wait)
            except (OSError, ValueError):  # closed meanwhile
                continue
            for source in ready:
                self._take(source, to_device=source is not far)
            while self._late and self._late[0][0] <= time.monotonic():
                _, _, to_device, data = heapq.heappop(self._late)
                self._put(data, to_device)

    def _take(self, source: socket.socket, to_device: bool) -> None:
        try:
            data = source.recv(_READ_BYTES)
        except OSError:
            return
        if not data:
            time.sleep(0.001)  # the other end is gone, until it is opened anew
            return
        *pieces, self._partial[to_device] = (self._partial[to_device] + data).split(b"\0")
        for piece in pieces:
            self._pass(piece + b"\0", to_device)

    def _happens(self, name: str) -> bool:
        happens = self._random.random() < getattr(self._faults, name)
        self.happened[name] += happens
        return happens

    def _pass(self, piece: bytes, to_device: bool) -> None:
        if len(piece) == 1:  # the zero before a frame
            self._put(piece, to_device)
            return
        if self._happens("noise"):
            self._put(self._random.randbytes(self._random.randrange(1, _LONGEST_NOISE_BYTES)), to_device)
        if self._happens("flip"):
            changed = bytearray(piece)
            for _ in range(self._random.randint(1, 2)):
                changed[self._random.randrange(len(changed))] ^= 1 << self._random.randrange(8)
            piece = bytes(changed)
        if self._happens("cut"):
            piece = piece[: self._random.randrange(len(piece))]
        if self._happens("duplicate"):
            self._later(piece, to_device)
        if self._happens("delay"):
            self._later(piece, to_device)
        elif not self._happens("drop"):
            self._put(piece, to_device)
        if to_device:
            self._count()

    def _later(self, piece: bytes, to_device: bool) -> None:
        at = time.monotonic() + self._random.uniform(0, self._faults.latest)
        heapq.heappush(self._late, (at, self._random.getrandbits(32), to_device, piece))

    def _count(self) -> None:
        self.frames += 1
        if self._faults.reset_every and self.frames % self._faults.reset_every == 0:
            self.happened["reset"] += 1
            self._device.restart()
        if self._faults.break_every and self.frames % self._faults.break_every == 0:
            self.happened["break"] += 1
            with self._swapping, contextlib.suppress(OSError):
                self._ours.shutdown(socket.SHUT_RDWR)

    def _put(self, data: bytes, to_device: bool) -> None:
        with contextlib.suppress(OSError):  # it is lost where an end is closed
            (self._device.connection() if to_device else self._ours).sendall(data)

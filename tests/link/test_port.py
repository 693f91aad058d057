"""A port that vanishes, with a device behind a pseudo-terminal and names that are links to it."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from tests.link.test_client import DATA, SECOND
from tests.runtime.host_device import expected_output
from tinyml.errors import DeviceError, SessionLostError
from tinyml.link import Client, port
from tinyml.link.port import Port


class Board:
    """A board on a pseudo-terminal that can be unplugged and plugged in again, under another name."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self.name = ""
        self.plug("ttyACM0")

    def plug(self, name: str) -> None:
        self._device, self._ours = os.openpty()
        self._process = subprocess.Popen([self._program], stdin=self._device, stdout=self._device)
        self.name = str(self._folder / name)
        Path(self.name).symlink_to(os.ttyname(self._ours))

    def unplug(self) -> None:
        if self.name:
            Path(self.name).unlink()
            self.name = ""
            self._process.kill()
            self._process.wait(5)
            os.close(self._device)
            os.close(self._ours)

    def listed(self) -> list[ListPortInfo]:
        found = ListPortInfo(self.name)
        found.vid, found.pid, found.serial_number = 0x2341, 0x805A, "4711"
        other = ListPortInfo(str(self._folder / "ttyACM9"))
        return [other, found] if self.name else [other]


@pytest.fixture
def board(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    board = Board(program, tmp_path)
    monkeypatch.setattr(port.list_ports, "comports", board.listed)
    yield board
    board.unplug()


def test_a_board_that_comes_back_under_another_name_goes_on(board: Board) -> None:
    opened = Port(board.name, 115_200)
    client = Client(opened, reconnect=lambda: opened.reopen(5))
    client.hello()
    pulled = []

    def infer() -> bytes:
        client.set_input(0, DATA)
        if not pulled:
            pulled.append(True)
            board.unplug()
            threading.Timer(0.3, board.plug, ["ttyACM1"]).start()
        client.set_input(1, SECOND)
        client.invoke()
        return client.get_output(0)

    assert client.persevere(infer) == expected_output(DATA, SECOND)
    assert opened.name.endswith("ttyACM1")
    opened.close()


def test_a_port_that_is_open_again_says_so(board: Board) -> None:
    opened = Port(board.name, 115_200)
    client = Client(opened, reconnect=lambda: opened.reopen(5))
    client.hello()
    board.unplug()
    threading.Timer(0.2, board.plug, ["ttyACM0"]).start()
    with pytest.raises(SessionLostError, match=r"the connection broke .*; it is open again"):
        client.memory()
    client.hello()
    opened.close()


def test_a_board_that_does_not_come_back_is_given_up_in_bounded_time(board: Board) -> None:
    opened = Port(board.name, 115_200)
    client = Client(opened, reconnect=lambda: opened.reopen(0.5))
    client.hello()
    board.unplug()
    began = time.monotonic()
    with pytest.raises(DeviceError, match=r"ttyACM0 vanished and did not come back within 0\.5 s"):
        client.persevere(client.memory)
    assert time.monotonic() - began < 3.5


def test_a_port_is_one_programs_alone_until_it_is_closed(board: Board) -> None:
    opened = Port(board.name, 115_200)
    with pytest.raises(DeviceError, match="another program uses it"):
        Port(board.name, 115_200)
    opened.close()
    Port(board.name, 115_200).close()

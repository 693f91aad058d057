"""Rates, with a device that tells its own in a file and a line that garbles what is sent at another."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.link.test_client import DATA, SECOND
from tests.runtime.host_device import HostDevice, expected_output
from tinyml import protocol
from tinyml.errors import DeviceError
from tinyml.link import Client, baud

OWN = 115_200
MOST = 921_600  # of the device's UART


class Line:
    """A stream whose two ends understand each other at the same rate only.

    Attributes:
        fastest: the rate above which the cable garbles everything.
        adapter: the rate above which the host's adapter refuses.
    """

    def __init__(self, device: HostDevice, file: Path) -> None:
        self._stream = device.stream
        self._file = file
        self._baud = OWN
        self.fastest = self.adapter = 10_000_000
        self.fileno = device.stream.fileno

    @property
    def baud(self) -> int:
        return self._baud

    @baud.setter
    def baud(self, value: int) -> None:
        if value > self.adapter:
            raise ValueError(f"{value} is not a rate of this adapter")
        self._baud = value

    def devices(self) -> int:
        told = self._file.read_text() if self._file.exists() else ""
        return int(told or 0) or OWN

    def _passed(self, data: bytes) -> bytes:
        if self._baud == self.devices() <= self.fastest:
            return data
        return bytes(value ^ 0x6D for value in data)

    def read(self, size: int) -> bytes:
        return self._passed(self._stream.read(size))

    def write(self, data: bytes) -> int | None:
        return self._stream.write(self._passed(data))


@pytest.fixture
def line(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    file = tmp_path / "baud"
    monkeypatch.setenv("TINYML_BAUD_FILE", str(file))
    monkeypatch.setitem(protocol.load().timeouts, "baud_proof", 0.6)
    monkeypatch.setitem(protocol.load().timeouts, "first_retry", 0.1)
    with HostDevice(program) as device:
        yield Line(device, file)


@pytest.fixture
def client(line: Line) -> Client:
    client = Client(line, answer_seconds=1)
    client.hello()
    return client


def assert_works(client: Client) -> None:
    client.set_input(0, DATA)
    client.set_input(1, SECOND)
    client.invoke()
    assert client.get_output(0) == expected_output(DATA, SECOND)


def test_the_fastest_rate_of_the_devices_uart_is_found(line: Line, client: Client) -> None:
    assert baud.negotiate(client, line) == MOST == line.baud == line.devices()
    assert_works(client)


@pytest.mark.parametrize(("limit", "found"), [(500_000, 460_800), (200_000, OWN)])
def test_a_rate_that_the_cable_does_not_hold_is_taken_back(
    line: Line, client: Client, limit: int, found: int
) -> None:
    line.fastest = limit
    assert baud.negotiate(client, line) == found == line.baud == line.devices()
    assert_works(client)


def test_a_rate_that_the_adapter_refuses_is_taken_back(line: Line, client: Client) -> None:
    line.adapter = 300_000
    assert baud.negotiate(client, line) == 230_400 == line.devices()
    assert_works(client)


def test_a_device_that_was_left_at_another_rate_is_roused(line: Line, client: Client) -> None:
    assert client.set_baud(460_800)
    end = time.monotonic() + 5
    while line.devices() != 460_800:
        assert time.monotonic() < end
        time.sleep(0.01)
    other = Client(line)
    with pytest.raises(DeviceError, match="did not answer hello"):
        other.hello(seconds=0.5)
    baud.rouse(line)
    other.hello()
    assert line.devices() == OWN
    assert_works(other)


def test_a_device_goes_back_to_its_own_rate_when_it_is_told(line: Line, client: Client) -> None:
    assert baud.negotiate(client, line) == MOST
    assert client.set_baud(0)
    line.baud = OWN
    assert_works(client)


def test_a_uart_that_has_no_other_rate_keeps_to_its_own(device: HostDevice, tmp_path: Path) -> None:
    client = Client(device.stream)
    client.hello()
    assert baud.negotiate(client, Line(device, tmp_path / "none")) == OWN

"""A fixed small sample of what tools/soak_link does at length."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.build import projects
from tests.link.proxy import Device, Faults
from tests.link.soak import FAULTS, EmulatedBoard, HostBuild, soak
from tests.run import images
from tinyml import board as boards
from tinyml import protocol

SECONDS = 60.0  # in which a sample here ends, many times over
ONE_BY_ONE = {
    name: replace(Faults(), **{name: 0.15}) for name in ("drop", "flip", "cut", "duplicate", "delay", "noise")
}


@pytest.fixture
def host_build(program: Path) -> Iterator[HostBuild]:
    device = HostBuild(program)
    yield device
    device.close()
    assert device.complaints == []


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(protocol.load().timeouts, "first_retry", 0.03)


def assert_all_right(device: Device, faults: Faults, requests: int, seed: int = 1) -> dict[str, int]:
    tally, proxy = soak(device, faults, seed, requests)
    assert tally.wrong == []
    assert tally.errors == []
    assert tally.requests >= requests
    assert tally.seconds < SECONDS
    return proxy.happened


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("fault", ONE_BY_ONE)
def test_one_kind_of_fault(host_build: HostBuild, fault: str) -> None:
    happened = assert_all_right(host_build, replace(ONE_BY_ONE[fault], latest=0.1), 120)
    assert happened[fault] >= 10


@pytest.mark.usefixtures("hasty")
def test_restarts(host_build: HostBuild) -> None:
    assert assert_all_right(host_build, Faults(reset_every=29), 300)["reset"] >= 10


@pytest.mark.usefixtures("hasty")
def test_a_connection_that_breaks_and_comes_back(host_build: HostBuild) -> None:
    assert assert_all_right(host_build, Faults(break_every=31), 300)["break"] >= 9


@pytest.mark.long
@pytest.mark.usefixtures("hasty")
def test_all_faults_together(host_build: HostBuild) -> None:
    faults = Faults(0.03, 0.03, 0.02, 0.03, 0.03, 0.03, latest=0.2, reset_every=71, break_every=97)
    assert_all_right(host_build, faults, 400)


@pytest.mark.usefixtures("hasty")
def test_a_device_that_restarts_too_often_is_one_clear_error(host_build: HostBuild) -> None:
    tally, _ = soak(host_build, Faults(reset_every=5), 1, 120)
    assert tally.wrong == []
    assert tally.errors
    assert all("the device was restarted, or another host asks it" in error for error in tally.errors)


@pytest.mark.long
@projects.needs_compiler
@projects.needs_qemu
@pytest.mark.usefixtures("hasty")
def test_an_emulated_board(tmp_path: Path) -> None:
    device = EmulatedBoard(images.build("mps2-an386", tmp_path).elf, boards.load("mps2-an386"))
    try:
        happened = assert_all_right(device, replace(FAULTS, reset_every=100), 400)
    finally:
        device.close()
    assert happened["reset"] >= 4

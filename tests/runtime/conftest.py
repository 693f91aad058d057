from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime import host_device


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The device's half of the link, built for the host."""
    return host_device.build(tmp_path_factory.mktemp("device"))


@pytest.fixture
def device(program: Path) -> Iterator[host_device.HostDevice]:
    with host_device.HostDevice(program) as running:
        yield running

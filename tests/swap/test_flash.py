"""The flash drivers, compiled for this machine against a model of their controllers; see flash.c."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.objects import FLAGS
from tests.port import registers
from tinyml import resources

HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")


@pytest.mark.parametrize(
    ("port", "start", "size", "sectors"), [("stm32f4", 0x08000000, 0x200000, 24), ("nrf52", 0, 0x10000, 16)]
)
def test_a_driver_erases_and_writes_what_it_is_asked(
    tmp_path: Path, port: str, start: int, size: int, sectors: int
) -> None:
    program = tmp_path / "flash"
    driver = resources.firmware() / "port" / port / f"tm_flash_{port}.c"
    facts = [f"-D{port.upper()}", f"-DMODEL_START={start:#x}u", f"-DMODEL_BYTES={size:#x}u"]
    include = [f"-I{registers.HOST}", f"-I{resources.firmware() / 'swap'}"]
    command = ["gcc", *FLAGS, *facts, *include, driver, HERE / "flash.c", "-o", program]
    subprocess.run(command, check=True, timeout=60)
    ended = subprocess.run([program], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.split() == [str(sectors), str(4 * sectors)]

"""The slots for models on a simulated flash, and their hash, both compiled for this machine."""

import ctypes
import hashlib
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.objects import FLAGS, SANITIZERS
from tests.runtime import host_device
from tinyml import resources
from tinyml.plan.slots import HEADER_BYTES

HERE = Path(__file__).parent
SWAP, RUNTIME = resources.firmware() / "swap", resources.firmware() / "runtime"
SECTOR, SLOT_BYTES = 128, 256

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")


def headers(folder: Path) -> None:
    host_device.write_headers(folder)
    (folder / "tm_slots_place.h").write_text(
        f"extern uint32_t *host_flash;\n#define TM_SLOTS_START host_flash\n#define TM_SLOT_BYTES {SLOT_BYTES}u\n"
        "#define TM_SLOTS_IN_FLASH 1\n"
    )


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slots")
    headers(folder)
    path = folder / "slots"
    sources = [SWAP / "tm_slots.c", SWAP / "tm_sha256.c", RUNTIME / "tm_frame.c", HERE / "slots.c"]
    stub = folder / "line.c"
    stub.write_text('#include "tm_line.h"\nvoid tm_line_write(uint8_t byte) { (void)byte; }\n')
    command = ["gcc", "-std=gnu99", *FLAGS[1:], *SANITIZERS, f"-DSECTOR={SECTOR}u", f"-I{folder}", f"-I{SWAP}"]
    subprocess.run([*command, f"-I{RUNTIME}", *sources, stub, "-o", path], check=True, timeout=60)
    return path


@pytest.mark.parametrize("seed", [1, 2])
def test_power_may_go_before_any_word(program: Path, seed: int) -> None:
    ended = subprocess.run([program, str(seed)], capture_output=True, text=True, timeout=300)
    assert (ended.returncode, ended.stderr) == (0, "")
    # Five swaps, each cut at every word of the erasure, of most of the header and the model, and of both marks.
    assert int(ended.stdout) > 5 * (SLOT_BYTES // 4 + (SLOT_BYTES - HEADER_BYTES) // 4 + 10)


@pytest.fixture(scope="module")
def sha256(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    library = tmp_path_factory.mktemp("sha256") / "sha256.so"
    command = ["gcc", *FLAGS, "-shared", "-fPIC", SWAP / "tm_sha256.c", "-o", library]
    subprocess.run(command, check=True, timeout=60)
    return ctypes.CDLL(str(library))


def test_the_hash_is_sha256(sha256: ctypes.CDLL) -> None:
    chance = random.Random(1)
    for size in [*range(200), 1000, 65_536]:
        data, digest = chance.randbytes(size), ctypes.create_string_buffer(32)
        sha256.tm_sha256(data, ctypes.c_uint32(size), digest)
        assert digest.raw == hashlib.sha256(data).digest()

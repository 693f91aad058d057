import subprocess
import sys
from pathlib import Path

import pytest

from tests.link import fuzz_client

TOOL = Path(__file__).parents[2] / "tools" / "fuzz_link"
SECONDS = 8


def test_the_hosts_half_survives_a_fuzzer(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheels for this machine")
    command = [sys.executable, str(TOOL), "host", "--seconds", str(SECONDS), "--out", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=6 * SECONDS)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"\0", bytes(3000), b"\xff" * 3000, bytes(range(256)) * 8])
def test_inputs_at_the_edges_do_no_harm(data: bytes) -> None:
    fuzz_client.check(data)

import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "fuzz_graph"


def test_a_short_run_ends_without_a_finding(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris is not installed")
    command = [sys.executable, TOOL, "--runs", "500", "--corpus", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Done 500 runs" in done.stdout + done.stderr
    assert not list(tmp_path.glob("crash-*"))

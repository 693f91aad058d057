import json
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "fuzz_graph"
SECONDS = 8


def fuzz(folder: Path, *options: object) -> dict[str, int]:
    """Run the tool; return its figures."""
    command = [sys.executable, TOOL, "--folder", folder, *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=25 * SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    figures: dict[str, int] = json.loads((folder / "figures.json").read_text())
    assert f"{figures['inputs']:,} inputs past the identifier check" in done.stdout
    assert f"no new one in the last {figures['quiet']:,}" in done.stdout
    return figures


@pytest.mark.fuzz
def test_a_run_ends_without_a_finding_and_another_run_goes_on_from_there(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheels for this machine")
    first = fuzz(tmp_path, "--seconds", SECONDS)
    assert not list(tmp_path.glob("crash-*"))
    assert first["inputs"] > first["plans"] > 0
    second = fuzz(tmp_path, "--inputs", first["inputs"] + 1000, "--quiet", 0)
    assert second["inputs"] >= first["inputs"] + 1000
    assert second["edges"] >= first["edges"] > 0
    assert second["code"] == first["code"]

import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).parents[2] / "tools" / "check_ops"


def test_a_table_tells_models_and_exact_samples() -> None:
    command = [sys.executable, TOOL, "--operator", "LOGISTIC", "--count", "5", "--seed", "3"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    rows = {line.rsplit(maxsplit=5)[0]: line.split()[-5:] for line in done.stdout.splitlines()[1:-1]}
    assert rows == {
        "LOGISTIC int8": ["3", "3", "3", "0", "0"],
        "LOGISTIC int16": ["2", "6", "6", "0", "0"],
        "all": ["5", "9", "9", "0", "0"],
    }
    assert done.stdout.splitlines()[-1].endswith("s, 0 failures")

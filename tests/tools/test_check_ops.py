import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).parents[2] / "tools" / "check_ops"


def test_a_table_tells_models_and_exact_samples() -> None:
    command = [sys.executable, TOOL, "--operator", "QUANTIZE", "--count", "7", "--seed", "3"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    rows = {line.rsplit(maxsplit=5)[0]: line.split()[-5:] for line in done.stdout.splitlines()[1:-1]}
    assert rows == {
        "QUANTIZE float32->int8": ["3", "9", "9", "0", "0"],
        "QUANTIZE int8->int8": ["2", "2", "2", "0", "0"],
        "QUANTIZE uint8->int8": ["2", "2", "2", "0", "0"],
        "all": ["7", "13", "13", "0", "0"],
    }
    assert done.stdout.splitlines()[-1].endswith("s, 0 failures")

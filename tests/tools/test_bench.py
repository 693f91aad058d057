import json
import subprocess
import sys
from pathlib import Path

from tests import small_models
from tests.emulated import needs_chain

BENCH = Path(__file__).parents[2] / "tools" / "bench"


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(BENCH), *arguments], capture_output=True, text=True, timeout=120)


@needs_chain
def test_a_row_is_a_bit_exact_deployment(tmp_path):
    (tmp_path / "m.tflite").write_bytes(small_models.classifier())
    arguments = (str(tmp_path / "m.tflite"), "--board", "mps2-an386", "--samples", "2", "--out", str(tmp_path))
    table = bench(*arguments).stdout.splitlines()
    assert len(table) == 3
    assert table[2].startswith("| m.tflite | mps2-an386 | compiled | 2 of 2 |")
    (record,) = json.loads(bench(*arguments, "--json").stdout)
    assert f"{record['instructions']['median']:,}" in table[2]


def test_a_wrong_model_is_one_error(tmp_path):
    ended = bench(str(tmp_path / "none.tflite"))
    assert ended.returncode == 2
    assert "does not exist" in ended.stderr
    assert "Traceback" not in ended.stderr

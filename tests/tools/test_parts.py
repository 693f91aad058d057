import json
import subprocess
import sys
from pathlib import Path

from tests.emulated import needs_compiler
from tinyml.build import Image
from tinyml.build.linkmap import code_pieces

PARTS = Path(__file__).parents[2] / "tools" / "parts"
LIMIT = 8192  # bytes that the interpreter may add on an M4 to the kernels that the keyword model needs
GAPS = 64  # bytes that alignment may take


def parts(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(PARTS), *arguments], capture_output=True, text=True, timeout=200)


@needs_compiler
def test_the_interpreter_adds_no_more_than_its_limit(shared_models, tmp_path):
    arguments = (str(shared_models / "kws_ref_model.tflite"), "--board", "mps2-an386", "--out", str(tmp_path))
    found = json.loads(parts(*arguments, "--json").stdout)
    assert found["total"] == sum(found["parts"].values()) <= LIMIT
    # Together with the kernels it explains all but what is in both images: no part was left out.
    interpreter, compiled = (Image.load(tmp_path / engine) for engine in ("interpreter", "compiled"))
    pieces = code_pieces(compiled.elf.with_suffix(".map"))
    common = sum(piece.size for piece in pieces if not piece.symbol.startswith("model_layer"))
    assert interpreter.sizes.code - found["total"] - sum(found["kernels"].values()) <= common + GAPS
    table = parts(*arguments).stdout.splitlines()
    assert f"| **all** | {found['total']:,} |" in table


def test_a_wrong_model_is_one_error(tmp_path):
    ended = parts(str(tmp_path / "none.tflite"))
    assert ended.returncode == 2
    assert "does not exist" in ended.stderr
    assert "Traceback" not in ended.stderr

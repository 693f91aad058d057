import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import small_models
from tests.emulated import needs_chain

BENCH = Path(__file__).parents[2] / "tools" / "bench"
PEERS = """
[tflm_cmsis_nn.m]
m4 = { instructions = 20000, arena = 1000, stack = 700, engine_flash = 20000 }
"""


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(BENCH), *arguments], capture_output=True, text=True, timeout=200)


@needs_chain
def test_figures_stand_beside_the_peers_and_repeat_exactly(tmp_path):
    (tmp_path / "m.tflite").write_bytes(small_models.classifier())
    (tmp_path / "peers.toml").write_text(PEERS)
    arguments = [str(tmp_path / "m.tflite"), "--board", "mps2-an386", "--peers", str(tmp_path / "peers.toml")]
    found = json.loads(bench(*arguments, "--layers", "--times", "--json").stdout)
    (model,) = found["models"]
    assert model["ratios"]["instructions"] == model["instructions"]["median"] / 20000
    assert model["cycles"] > model["instructions"]["min"]
    assert model["stack"] < model["code"] < 4200  # there is no link in it
    assert len(model["layers"]) == 3
    apart = sum(layer["instructions"] for layer in model["layers"])
    assert abs(apart - model["instructions"]["min"]) < 300  # what each layer by itself costs more
    assert found["geometric_means"][0]["arena"] == pytest.approx(model["arena"] / 1000)
    assert set(found["seconds"][0]) > {"plan_and_generate", "rebuild_with_other_weights"}
    table = bench(*arguments).stdout.splitlines()
    assert table[2].startswith("| m | mps2-an386 | compiled |")
    assert f"| {model['instructions']['median']:,} |" in table[2]
    assert f"| {model['cycles']:,} |" in table[2]


@needs_chain
def test_the_costs_of_each_goal_stand_together_for_each_layer(tmp_path):
    (tmp_path / "m.tflite").write_bytes(small_models.classifier())
    lines = bench(str(tmp_path / "m.tflite"), "--board", "mps2-an386", "--optimize", "all", "--layers").stdout
    rows = [line.split("|")[1:-1] for line in lines.splitlines() if "CONV_2D" in line]
    assert [row[2].strip() for row in rows] == ["compiled, size", "compiled, balanced", "compiled, speed"]
    assert all(row[-1].strip() and row[-3].strip() for row in rows)


@pytest.mark.long
@needs_chain
def test_boards_of_other_cores_and_the_interpreter_have_instructions_and_no_cycles(tmp_path):
    (tmp_path / "m.tflite").write_bytes(small_models.classifier())
    arguments = [str(tmp_path / "m.tflite"), "--board", "mps2-an385", "--engine", "interpreter", "--json"]
    (model,) = json.loads(bench(*arguments).stdout)["models"]
    assert model["instructions"]["max"] > 0
    assert model["cycles"] is None


def test_a_wrong_model_is_one_error(tmp_path):
    ended = bench(str(tmp_path / "none.tflite"))
    assert ended.returncode == 2
    assert "does not exist" in ended.stderr
    assert "Traceback" not in ended.stderr

"""The generated C: reviewed text, and its bits on this machine under sanitizers."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests import oracle, small_models
from tests.ops import binary
from tests.ops.test_svdf import svdf
from tinyml import board as boards
from tinyml import graph, resources
from tinyml import plan as plans
from tinyml.errors import FitError, InputError
from tinyml.generate import Origin, files, generate
from tinyml.generate.source import comment_text, float_literal
from tinyml.generate.source import files as source_files
from tinyml.plan.placement import place

GOLDEN = Path(__file__).parent / "golden"
ORIGIN = Origin("classifier.tflite", "tinyml generate classifier.tflite --board mps2-an386", "model")


@pytest.fixture(scope="module")
def plan():
    return plans.make(graph.read(small_models.classifier()))


@pytest.mark.parametrize("name", ["model.h", "model.c", "model_tflite.h", "main.c"])
def test_the_text_is_the_reviewed_one(plan, name, request):
    text = source_files(plan, ORIGIN)[f"src/{name}"]
    golden = GOLDEN / f"classifier_{name}.txt"
    if request.config.getoption("--update-golden"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_only_the_kernels_that_are_used_are_carried_along(plan):
    headers = {Path(name).name for name in source_files(plan, ORIGIN) if name.startswith("lib/tinyml_kernels")}
    assert {"conv2d_s8.h", "fully_connected_s8.h", "softmax_s8.h"} <= headers
    assert "mean_s8.h" not in headers


@pytest.mark.parametrize(("type", "part"), [("int8", "add"), ("int16", "add_wide")])
def test_the_interpreter_has_only_the_parts_that_the_model_needs(type, part):
    model = binary.binary("ADD", types=(type,) * 3, zero_points=(0, 0, 0))
    text = source_files(plans.make(graph.read(model)), ORIGIN, "interpreter")["src/model.c"]
    assert [line.strip() for line in text.splitlines() if "&tm_op_" in line] == [f"&tm_op_{part},"]


def test_two_runs_give_the_same_bytes(plan):
    board = boards.load("mps2-an386")
    again = plans.make(graph.read(small_models.classifier()))
    placement = place(board, {}, {})
    assert files(plan, board, placement, ORIGIN) == files(again, board, placement, ORIGIN)


def test_no_generated_file_names_a_place_or_a_time(plan, tmp_path):
    project = generate(plan, boards.load("mps2-an386"), ORIGIN, tmp_path / "p")
    for name in project.manifest["files"]:
        data = (project.path / name).read_bytes()
        assert str(tmp_path).encode() not in data
        assert str(resources.firmware().parent).encode() not in data


def test_nothing_is_written_for_a_model_that_does_not_fit(tmp_path):
    large = plans.make(graph.read(small_models.relu((1, 200_000))))
    with pytest.raises(FitError):
        generate(large, boards.load("netduinoplus2"), ORIGIN, tmp_path / "p")
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize("prefix", ["", "Model", "2nd", "a-b", "é"])
def test_a_prefix_that_is_no_c_name_is_refused(plan, tmp_path, prefix):
    with pytest.raises(InputError, match="prefix"):
        generate(plan, boards.load("mps2-an386"), Origin("m.tflite", "c", prefix), tmp_path / "p")


@pytest.mark.parametrize("text", ["a*/b", "/*", "back\\slash", "new\nline", "é", "*/*/"])
def test_no_name_breaks_out_of_a_comment(text):
    shown = comment_text(text)
    assert "*/" not in shown
    assert "/*" not in shown
    assert shown.isascii()
    assert shown.isprintable()
    assert "\\" not in shown


@pytest.mark.parametrize("value", [0.0, 1.0, -2.5, 0.1, 1e-20, 3.4e38, 1.17549435e-38, 16777216.0, 1e-45])
def test_a_float_literal_reads_back_as_the_same_float32(value):
    literal = float_literal(value)
    assert literal.endswith("f")
    assert "." in literal or "e" in literal
    assert np.float32(literal[:-1]) == np.float32(value)


HOST_MAIN = """\
#include <stdio.h>
#include "{prefix}.h"
int main(void) {{
  while (fread({prefix}_input0, 1, {guard}_INPUT0_BYTES, stdin) == {guard}_INPUT0_BYTES) {{
    {prefix}_invoke();
    fwrite({prefix}_output0, 1, {guard}_OUTPUT0_BYTES, stdout);
  }}
  return 0;
}}
"""


def compile_on_host(folder: Path, texts: dict[str, str], main: str) -> Path:
    """Compile generated sources with the host's compiler and its sanitizers; return the program."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    for name, text in {**texts, "src/main.c": main}.items():
        path = folder / Path(name).name
        path.write_text(text, encoding="utf-8")
    shutil.copy(resources.firmware() / "runtime" / "tm_model.h", folder)
    sources = [str(p) for p in folder.glob("*.c")]
    flags = ["-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"]
    program = folder / "program"
    subprocess.run(
        ["gcc", *flags, "-fno-sanitize-recover=all", "-o", str(program), *sources], check=True, timeout=120
    )
    return program


@pytest.mark.parametrize("prefix", ["model", "wake_word"])
def test_the_model_computes_the_oracles_bits_on_this_machine(plan, tmp_path, prefix):
    model = small_models.classifier()
    texts = source_files(plan, Origin("m.tflite", "c", prefix))
    program = compile_on_host(tmp_path, texts, HOST_MAIN.format(prefix=prefix, guard=prefix.upper()))
    samples = np.random.default_rng(0).integers(-128, 128, (50, 1, 6, 6, 2)).astype(np.int8)
    run = subprocess.run([str(program)], input=samples.tobytes(), capture_output=True, check=True, timeout=60)
    expected = [oracle.run(model, [sample])[0] for sample in samples]
    assert run.stdout == b"".join(e.tobytes() for e in expected)


STATEFUL_MAIN = """\
#include <stdio.h>
#include "model.h"
int main(void) {
  for (int i = 0; fread(model_input0, 1, MODEL_INPUT0_BYTES, stdin) == MODEL_INPUT0_BYTES; i++) {
    if (i == 3) model_reset();
    model_invoke();
    fwrite(model_output0, 1, MODEL_OUTPUT0_BYTES, stdout);
  }
  return 0;
}
"""


def test_a_state_begins_with_its_first_values_and_again_after_a_reset(tmp_path):
    rng = np.random.default_rng(0)
    model = svdf(rng, zero_points=(1, 7, 0), output_factor=0.01, activation=0)
    texts = source_files(plans.make(graph.read(model)), Origin("m.tflite", "c", "model"))
    program = compile_on_host(tmp_path, texts, STATEFUL_MAIN)
    samples = rng.integers(-128, 128, (6, 2, 5)).astype(np.int8)
    samples[3:] = samples[:3]
    run = subprocess.run([str(program)], input=samples.tobytes(), capture_output=True, check=True, timeout=60)
    expected = [answer[0].tobytes() for answer in oracle.run_all(model, [[sample] for sample in samples[:3]])]
    assert run.stdout == b"".join(expected * 2)
    assert oracle.run(model, [samples[1]])[0].tobytes() != expected[1], "the state makes no difference"


def test_a_model_without_state_has_nothing_to_reset(plan):
    assert not [name for name, text in source_files(plan, ORIGIN).items() if "model_reset" in text]


def test_two_models_live_in_one_program(plan, tmp_path):
    other = plans.make(graph.read(small_models.relu()))
    texts = source_files(plan, Origin("a.tflite", "c", "first")) | source_files(
        other, Origin("b.tflite", "c", "second")
    )
    main = """\
#include <stdio.h>
#include "first.h"
#include "second.h"
int main(void) {
  for (int i = 0; i < SECOND_INPUT0_BYTES; ++i) second_input0[i] = (int8_t)(10 * i - 40);
  first_invoke();
  second_invoke();
  fwrite(second_output0, 1, SECOND_OUTPUT0_BYTES, stdout);
  return 0;
}
"""
    program = compile_on_host(tmp_path, texts, main)
    run = subprocess.run([str(program)], capture_output=True, check=True, timeout=60)
    assert np.frombuffer(run.stdout, np.int8).tolist() == [0, 0, 0, 0, 0, 10, 20, 30]

"""The pytest plugin as its user has it: tests in a folder, run by a pytest of their own."""

import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests import small_models
from tests.emulated import needs_chain
from tests.run.test_qemu import our_emulators, processes
from tinyml import graph as graphs
from tinyml import samples
from tinyml.measure.interpreter import run_oracle

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[1]
PLUGIN = ("-p", "tinyml.pytest_plugin")
# In an editable installation, pytest takes a file of the package's data for a module.
STRICT = ("-Werror", "-Wignore:Module already imported so cannot be rewritten; platform")
BOARDS = ("--tinyml-board", "mps2-an386", "--tinyml-board", "mps2-an385-m0")
IMPORTS = """
import pytest
from tinyml.testing import assert_exact, assert_fits, assert_instructions_below
"""


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    """A folder of builds that all these sessions share."""
    return tmp_path_factory.mktemp("builds")


@pytest.fixture(scope="module")
def models():
    """Models by name, made before `pytester` looks which modules are loaded: it unloads all others in the end, and
    those of tflite-micro cannot be loaded twice."""
    return {
        "m": small_models.classifier(),
        "model": small_models.classifier(),
        "wide": small_models.relu((1, 200_000)),
    }


@pytest.fixture
def session(models, pytester, builds, monkeypatch):
    """Run tests beside the models with the plugin; returns how they ended."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name, data in models.items():
        (pytester.path / f"{name}.tflite").write_bytes(data)

    def run(text: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(IMPORTS + text)
        return pytester.runpytest_subprocess(*PLUGIN, "--tinyml-cache", str(builds), *options)

    return run


def test_every_pytest_of_the_environment_stays_quick():
    code = (
        "import sys, tinyml.pytest_plugin, tinyml.testing\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('tinyml', 'numpy', 'jinja2', 'tensorflow')))"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=20)
    light = ["tinyml", "tinyml.defaults", "tinyml.pytest_plugin", "tinyml.testing", "tinyml.version"]
    assert shown.stdout.strip() == str(light)


def test_the_options_and_the_marker_explain_themselves(session):
    helped = session("", "--help")
    helped.stdout.fnmatch_lines(["*--tinyml-board=BOARD*", "*--tinyml-target=TARGET*", "*--tinyml-engine=ENGINE*"])
    session("", "--markers").stdout.fnmatch_lines(["@pytest.mark.tinyml(model, board=*"])


# The test that the README shows, as it stands there.
FIVE_LINES = textwrap.dedent(
    re.search(r"\n    import pytest\n(?:    .+\n|\n)+", (ROOT / "README.md").read_text())[0]
)


@needs_chain
def test_a_model_is_proven_on_each_board_with_its_figures_in_the_report(session, pytester):
    text = FIVE_LINES.rstrip() + "\n    assert_fits(tinyml_deployed)\n"
    text += "    assert_instructions_below(tinyml_deployed, 100_000)\n"
    ran = session(text, *BOARDS, "--junitxml=junit.xml", "--tinyml-records=records", *STRICT)
    ran.assert_outcomes(passed=2)
    cases = ElementTree.parse(pytester.path / "junit.xml").iter("testcase")
    told = {case.get("name"): {p.get("name"): p.get("value") for p in case.iter("property")} for case in cases}
    assert len(told) == 2
    figures = told["test_the_board_answers_as_the_desk[mps2-an386]"]
    proven = [figures[f"tinyml.{name}"] for name in ("model", "samples", "exact")]
    assert proven == ["model.tflite", "20", "20"]
    assert 0 < int(figures["tinyml.instructions"]) <= int(figures["tinyml.instructions_max"])
    assert int(figures["tinyml.stack_bytes"]) < int(figures["tinyml.flash_bytes"])
    assert sorted(path.name for path in (pytester.path / "records").iterdir()) == [
        "model-mps2-an385-m0-compiled-qemu-random20.json",
        "model-mps2-an386-compiled-qemu-random20.json",
    ]


FAILING = """
@pytest.mark.tinyml("m.tflite", random=4)
def test_slow(tinyml_deployed):
    assert_instructions_below(tinyml_deployed, 1_000)

@pytest.mark.tinyml("m.tflite")
def test_large(tinyml_deployed):
    assert_fits(tinyml_deployed, flash_bytes=6_000, ram_bytes=1_000)

@pytest.mark.tinyml("wide.tflite", board="microbit")
def test_wide(tinyml_deployed):
    assert_fits(tinyml_deployed)

@pytest.mark.tinyml("none.tflite")
def test_missing(tinyml_deployed):
    assert_exact(tinyml_deployed)

@pytest.mark.tinyml("m.tflite", speed=3)
def test_misspelt(tinyml_deployed):
    pass

def test_unmarked(tinyml_deployed):
    pass

@pytest.mark.tinyml("m.tflite")
def test_edited(tinyml_deployed, monkeypatch, tmp_path):
    import re, shutil
    from tinyml import pipeline
    folder = tmp_path / "p"
    shutil.copytree(tinyml_deployed.project.path, folder)
    source = folder / "src/model.c"
    table = r"(model_layer_0_constants\\[\\d+\\] TM_CONSTANT = \\{\\s+)\\d+"
    source.write_text(re.sub(table, r"\\g<1>1684300900", source.read_text()))
    monkeypatch.setattr(tinyml_deployed, "_image", pipeline.build(folder))
    assert_exact(tinyml_deployed, random=5)
"""


@needs_chain
def test_a_failure_says_what_where_and_why(session):
    ran = session(FAILING)
    ran.assert_outcomes(failed=5, errors=2)
    shown = ran.stdout.str()
    for text in (
        r"m.tflite on mps2-an386 \(qemu, compiled\): an inference takes [\d,]+ instructions, not below 1,000; "
        r"the most are in layer 0 CONV_2D \(t3\) [\d,]+, layer",
        r"m-mps2-an386-compiled does not fit: flash [\d,]+ bytes, at most 6,000 allowed \(code [\d,]+, constants "
        r"\d+\); RAM [\d,]+ bytes, at most 1,000 allowed \(arena",
        r"AssertionError: .*does not fit microbit",
        r"Error: \S+/none.tflite does not exist\nNext:  Give a file",
        r"Error: a deployment has no option 'speed'\nNext:  Known: model, board, target",
        r"test_unmarked\[mps2-an386\] uses a deployed model and does not name one: @pytest.mark.tinyml",
        r"[0-4] of 5 samples are bit-exact with tflite-micro \S+; the first difference is in sample \d, "
        r"layer 0 CONV_2D \(t3\), index \d+: expected -?\d+, got -?\d+ \(\d+ of its elements differ\)",
    ):
        assert re.search(text, shown), text
    assert "pipeline.py" not in shown
    assert "deployed.py" not in shown


DEVICE = """
import os, signal
import numpy as np
from tinyml.errors import DeviceError
from tests.run.test_qemu import our_emulators

@pytest.mark.tinyml("m.tflite")
def test_device(tinyml_device):
    one = np.zeros((6, 6, 2), np.float32)
    first = tinyml_device.run(one)
    assert first.outputs[0].shape == (1, 1, 4)
    [pid] = our_emulators()
    assert tinyml_device.run(np.stack([one, one])).outputs[0][1].tolist() == first.outputs[0][0].tolist()
    assert our_emulators() == [pid]
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(DeviceError, match="QEMU has ended"):
        tinyml_device.run(one)
    assert tinyml_device.run(one).outputs[0].tolist() == first.outputs[0].tolist()

@pytest.mark.tinyml("m.tflite")
def test_wrong_shape(tinyml_device):
    with pytest.raises(Exception, match=r"the array has the shape \\[6, 6\\] for the input t0"):
        tinyml_device.run(np.zeros((6, 6)))
    with pytest.raises(Exception, match="2 arrays are given for the inputs t0"):
        tinyml_device.run(np.zeros((6, 6, 2)), np.zeros((6, 6, 2)))

def test_two_models(tinyml_deploy):
    first, second = tinyml_deploy("m.tflite"), tinyml_deploy("m.tflite", board="mps2-an385-m0")
    assert tinyml_deploy("m.tflite") is first
    assert first.image.sha256 != second.image.sha256
    one = np.ones((6, 6, 2), np.float32)
    answers = [deployed.device.run(one).outputs[0].tolist() for deployed in (first, second, first)]
    assert answers == answers[:1] * 3
    assert len(our_emulators()) == 1

def test_no_emulator_takes_a_core_meanwhile():
    assert our_emulators() == []

def test_a_model_that_a_test_writes(tinyml_deploy, tmp_path):
    model = tmp_path / "w.tflite"
    hashes = []
    for source in ("m.tflite", "wide.tflite"):
        model.write_bytes(open(source, "rb").read())
        os.utime(model, ns=(0, len(hashes) + 1))
        hashes.append(tinyml_deploy(model).deployment.key())
        assert tinyml_deploy(model) is tinyml_deploy(model)
    assert hashes[0] != hashes[1]
"""


@needs_chain
def test_a_device_runs_what_it_is_given_and_starts_anew_when_it_died(session):
    session(DEVICE).assert_outcomes(passed=5)


MANY = """
import numpy as np

answers = np.load("answers.npz")

@pytest.mark.parametrize("sample", range(100))
@pytest.mark.tinyml("m.tflite")
def test_answer(tinyml_device, sample):
    got = tinyml_device.run(answers["inputs"][sample]).outputs[0]
    assert got.tobytes() == answers["outputs"][sample].tobytes()
    if sample % 10 == 0:  # so that emulators start while others run
        tinyml_device.close()
"""


@pytest.mark.long
@needs_chain
def test_two_workers_with_two_boards_each_run_200_tests_and_build_once(session, models, pytester, builds):
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    model = graphs.read(models["m"])
    inputs = samples.random_int8(model, 100, 5).inputs
    np.savez(pytester.path / "answers.npz", inputs=inputs[0], outputs=run_oracle(model, inputs).outputs[0])
    session(MANY, *BOARDS, "-n2").assert_outcomes(passed=200)
    assert len(list(builds.glob("m-mps2-an38*/tinyml.json"))) == 2
    assert our_emulators() == []


KILLED = """
import time

@pytest.mark.tinyml("m.tflite")
def test_waits(tinyml_device):
    tinyml_device.session
    time.sleep(60)
"""


@pytest.mark.long
@needs_chain
@pytest.mark.parametrize("moment", ["generating", "running"])
def test_a_killed_pytest_leaves_no_emulator_and_the_next_one_works(session, pytester, builds, tmp_path, moment):
    pytester.makepyfile(IMPORTS + KILLED)
    cache = tmp_path / "new" if moment == "generating" else builds
    command = [sys.executable, "-m", "pytest", *PLUGIN, "--tinyml-cache", str(cache)]
    process = subprocess.Popen(command, cwd=pytester.path, stdout=subprocess.DEVNULL)
    emulators: list[int] = []
    end = time.monotonic() + 60
    while not (emulators or (moment == "generating" and list(cache.glob("*/tinyml.json")))):
        assert time.monotonic() < end
        assert process.poll() is None
        emulators = our_emulators(process.pid)
        time.sleep(0.01)
    process.kill()
    assert process.wait(10) == -signal.SIGKILL
    end = time.monotonic() + 5
    while any(pid in processes() for pid in emulators):
        assert time.monotonic() < end
        time.sleep(0.05)
    session(FIVE_LINES, "--tinyml-cache", str(cache)).assert_outcomes(passed=1)

"""How a command ends when something kills it or its emulator in mid-run."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import small_models
from tests.emulated import needs_chain
from tests.processes import heed_signals
from tests.run.test_qemu import our_emulators, processes
from tinyml import pipeline

ROOT = Path(__file__).parents[2]
SAMPLES = 20_000  # far more than are done by the time of the kill
pytestmark = needs_chain


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    (folder / "m.tflite").write_bytes(small_models.classifier())
    pipeline.generate(folder / "m.tflite", "mps2-an386", out=folder / "p")
    pipeline.build(folder / "p")
    return folder / "p"


@pytest.fixture
def running(project):
    """A `tinyml run` whose emulator answers, and the emulator's process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tinyml", "run", str(project), "--random", str(SAMPLES)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,
    )
    end = time.monotonic() + 60
    while not (emulators := our_emulators(process.pid)):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    time.sleep(1.5)  # the session has begun, and samples are sent
    yield process, emulators[0]
    process.kill()
    process.communicate(timeout=10)


def assert_gone(pid: int) -> None:
    end = time.monotonic() + 5
    while pid in processes():
        assert time.monotonic() < end, "the emulator outlived its owner"
        time.sleep(0.02)


def test_a_killed_command_leaves_no_emulator_and_the_next_one_works(running, project):
    process, emulator = running
    process.kill()
    assert process.wait(10) == -signal.SIGKILL
    assert_gone(emulator)
    assert pipeline.run(project, random=2).measurements.samples == 2


def test_an_emulator_that_is_killed_is_one_sentence_and_exit_code_3_within_5_seconds(running):
    process, emulator = running
    os.kill(emulator, signal.SIGKILL)
    began = time.monotonic()
    _, told = process.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert process.returncode == 3
    [error] = [line for line in told.splitlines() if line.startswith("Error: ")]
    assert "QEMU has ended" in error
    assert "Traceback" not in told


def test_a_killed_build_leaves_no_compiler_and_the_next_one_works(project, tmp_path):
    pipeline.generate(project.parent / "m.tflite", "mps2-an386", out=tmp_path / "p")
    command = [sys.executable, "-m", "tinyml", "build", str(tmp_path / "p"), "--json"]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not (tmp_path / "p/.pio/build").is_dir():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    process.kill()
    process.wait(10)
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0
    assert len(json.loads(ended.stdout)["sha256"]) == 64

"""The package as users install it: a wheel, or a checkout installed as editable."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests import small_models
from tests.emulated import needs_chain
from tinyml import resources

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    pytest.importorskip("build", reason="the package build is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    # Built from a copy, so that nothing is left in the checkout.
    source = folder / "source"
    for name in ("tinyml", "templates", "firmware", "boards"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    (path,) = folder.glob("tinyml-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> dict[str, str]:
    """The wheel in a folder of its own, before this environment's packages: what `pip install` gives, offline."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    # -S and this path leave out the editable install's hook, so that the checkout cannot be imported.
    path = os.pathsep.join([str(folder), sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]])
    return {**os.environ, "PYTHONPATH": path}


def python(installed: dict[str, str], cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-S", *arguments],
        env=installed,
        cwd=cwd,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_wheel_carries_every_text(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("templates", "firmware", "boards"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"tinyml/_data/{path.relative_to(ROOT).as_posix()}" in names
    assert any(name.endswith("LICENSE") for name in names)
    assert not any("tests/" in name for name in names)


def test_a_checkout_finds_its_own_texts():
    assert resources.firmware() == ROOT / "firmware"


def test_a_wheel_finds_the_texts_inside_it(installed, tmp_path):
    shown = python(installed, tmp_path, "-c", "from tinyml import resources; print(resources.boards())")
    assert "_data" in shown.stdout
    boards = json.loads(python(installed, tmp_path, "-m", "tinyml", "boards", "--json").stdout)
    assert len(boards["boards"]) >= 2


@needs_chain
def test_a_wheel_deploys(installed, tmp_path):
    (tmp_path / "m.tflite").write_bytes(small_models.classifier())
    arguments = ("deploy", "m.tflite", "--board", "mps2-an386", "--random", "2", "--json")
    assert json.loads(python(installed, tmp_path, "-m", "tinyml", *arguments).stdout)["exact"] == 2


def test_a_wheel_brings_its_plugin_to_pytest(installed, tmp_path):
    for named in ((), ("-p", "tinyml.pytest_plugin")):  # by its entry point, and by name as well
        assert "--tinyml-board=BOARD" in python(installed, tmp_path, "-m", "pytest", *named, "--help").stdout


def test_every_public_function_says_what_it_does():
    import inspect

    import tinyml

    for name in tinyml.__all__:
        value = getattr(tinyml, name)
        if callable(value):
            text = inspect.getdoc(value)
            assert text, name
            assert name == "boards" or "Raises:" in text, name

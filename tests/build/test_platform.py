"""The platform's own copy of SCons (templates/platform/platform.py)."""

import subprocess
import sys

import pytest

from tinyml import resources

compat = pytest.importorskip("platformio.compat", reason="needs PlatformIO, which is not installed")
SCons = pytest.importorskip("SCons", reason="needs SCons, which is not installed")


@pytest.fixture
def platform(monkeypatch):
    """The module, beneath a PlatformIO whose wanted version of SCons the test chooses."""
    path = resources.templates() / "platform" / "platform.py"
    module = compat.load_python_module("tinyml_platform_under_test", str(path))
    monkeypatch.setattr(module, "get_core_dependencies", lambda: {"tool-scons": module.wanted})
    module.wanted = "~4.40801.0"
    return module


def names(packages):
    return sorted(path.name for path in packages.iterdir()) if packages.exists() else []


def test_the_copy_needs_no_installed_scons(platform, tmp_path):
    platform.provide_scons(tmp_path / "packages")
    (package,) = (tmp_path / "packages").iterdir()
    said = subprocess.run(
        [sys.executable, "-S", package / "scons.py", "--version"], capture_output=True, text=True, timeout=60
    )
    assert SCons.__version__ in said.stdout


def test_it_is_made_once(platform, tmp_path):
    platform.provide_scons(tmp_path)
    (tmp_path / "tool-scons@4.40801.0" / "mark").touch()
    platform.provide_scons(tmp_path)
    assert (tmp_path / "tool-scons@4.40801.0" / "mark").exists()


def test_versions_of_platformio_get_a_copy_each(platform, tmp_path):
    for platform.wanted in ("~4.40801.0", "~4.40502.0"):
        platform.provide_scons(tmp_path)
    assert names(tmp_path) == ["tool-scons@4.40502.0", "tool-scons@4.40801.0"]


def test_an_older_scons_does_not_pass_for_a_newer_one(platform, tmp_path):
    platform.wanted = "~4.99901.0"
    platform.provide_scons(tmp_path)
    assert names(tmp_path) == []


def test_without_scons_platformio_is_left_to_download_its_own(platform, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "SCons", None)
    platform.provide_scons(tmp_path)
    assert names(tmp_path) == []


def test_a_copy_that_fails_leaves_nothing_behind(platform, tmp_path, monkeypatch):
    def full(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(platform.shutil, "copytree", full)
    with pytest.raises(OSError, match="full"):
        platform.provide_scons(tmp_path)
    assert names(tmp_path) == []

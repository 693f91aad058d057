import importlib.metadata
import platform
import shutil

import pytest

from tests.build import projects
from tinyml import doctor
from tinyml.architecture import RISCV


def checks():
    return {check.name: check for check in doctor.check()}


@projects.needs_compiler
@projects.needs_qemu
def test_finds_what_is_installed_with_versions():
    found = checks()
    assert found["python"].version == platform.python_version()
    assert found["platformio"].version == importlib.metadata.version("platformio")
    assert found["arm-none-eabi-gcc"].version.startswith("arm-none-eabi-gcc")
    assert found["newlib"].version[0].isdigit()
    assert found["qemu-system-arm"].version.startswith("QEMU ")


@projects.needs(RISCV.compiler)
@projects.needs(RISCV.emulator)
def test_finds_the_tools_for_risc_v_with_versions():
    found = checks()
    assert found["riscv64-unknown-elf-gcc"].version.startswith("riscv64-unknown-elf-gcc")
    assert found["picolibc"].version[0].isdigit()
    assert found["qemu-system-riscv32"].version.startswith("QEMU ")


def test_says_what_to_install_where_programs_are_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", str(tmp_path))
    monkeypatch.delenv("TINYML_RENODE", raising=False)
    found = checks()
    for name in ("arm-none-eabi-gcc", "newlib"):
        assert found[name].required
        assert not found[name].found
        assert found[name].install == "apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi"
    for name in ("riscv64-unknown-elf-gcc", "picolibc"):
        assert not found[name].found
        assert not found[name].required
        packages = "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf"
        assert found[name].install == f"apt-get install {packages}"
    assert found["qemu-system-riscv32"].install == "apt-get install qemu-system-misc"
    assert not found["qemu-system-arm"].found
    assert found["qemu-system-arm"].install == "apt-get install qemu-system-arm"
    assert not found["espeak-ng"].found
    assert not found["espeak-ng"].required
    assert not found["renode"].found
    assert not found["renode"].required
    assert "TINYML_RENODE" in found["renode"].install
    assert "listens on all network interfaces" in found["renode"].purpose


def test_a_compiler_without_c_library_is_told_apart(monkeypatch, tmp_path):
    script = tmp_path / "arm-none-eabi-gcc"
    script.write_text(f'#!{shutil.which("sh")}\ntest "$1" = --version && echo arm-none-eabi-gcc 1.0 || exit 1\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = checks()
    assert found["arm-none-eabi-gcc"].found
    assert not found["newlib"].found


def test_says_which_version_of_a_package_to_install(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    found = checks()
    assert not found["platformio"].found
    assert found["platformio"].install.startswith("pip install 'platformio")
    assert found["tensorflow"].install == "pip install 'tinyml[keras]'"


@pytest.mark.parametrize(("machine", "required"), [("x86_64", True), ("aarch64", False)])
def test_the_oracle_is_required_where_it_exists(monkeypatch, machine, required):
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert checks()["tflite-micro"].required is required

"""Each kernel's header compiles by itself on every compiler at hand, and needs nothing but memcpy and memset."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tinyml import kernels, resources
from tinyml.architecture import RISCV

FOLDER = resources.firmware() / "kernels"
HEADERS = sorted(path.name for path in FOLDER.glob("*.h"))
STRICT = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror")
COMPILERS = {
    "cortex-m4": ("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb"),
    "cortex-m0": ("arm-none-eabi-gcc", "-mcpu=cortex-m0", "-mthumb"),
    "rv32imac": ("riscv64-unknown-elf-gcc", "-march=rv32imac", "-mabi=ilp32", *RISCV.library_flags),
    "gcc": ("gcc",),
    "clang": ("clang",),
}


def _compile(compiler: str, *arguments: str | Path) -> None:
    program, *flags = COMPILERS[compiler]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    command = [program, *flags, *STRICT, f"-I{FOLDER}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def all_calls(tmp_path: Path) -> Path:
    """A source with one function for each kernel, whose parameters are not known at compile time."""
    lines = []
    for name in kernels.names():
        kernel = kernels.load(name)
        arguments = "".join(f", {c_type}{argument}" for c_type, argument in kernel.pointers)
        call = "".join(f", {argument}" for _, argument in kernel.pointers)
        signature = f"void call_{name}(const tm_{name}_params *params{arguments})"
        lines += [f'#include "{name}.h"', f"{signature};", f"{signature} {{ tm_{name}(params{call}); }}"]
    source = tmp_path / "calls.c"
    source.write_text("\n".join(lines) + "\n")
    return source


@pytest.mark.parametrize("compiler", COMPILERS)
def test_every_header_compiles_by_itself(tmp_path: Path, compiler: str) -> None:
    for header in HEADERS:
        source = tmp_path / "alone.c"
        source.write_text(f'#include "{header}"\nextern int nothing_else;\n')
        _compile(compiler, "-fsyntax-only", source)


@pytest.mark.parametrize(
    "level", ["-O2", *(pytest.param(level, marks=pytest.mark.long) for level in ("-O0", "-O1", "-O3", "-Os"))]
)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_all_kernels_compile_together(tmp_path: Path, compiler: str, level: str) -> None:
    _compile(compiler, level, "-c", all_calls(tmp_path), "-o", tmp_path / "calls.o")


def test_nothing_but_memcpy_and_memset_is_needed(tmp_path: Path) -> None:
    _compile("cortex-m4", "-O2", "-c", all_calls(tmp_path), "-o", tmp_path / "calls.o")
    listing = subprocess.run(
        ["arm-none-eabi-nm", "--undefined-only", tmp_path / "calls.o"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    needed = {line.split()[-1] for line in listing.stdout.splitlines()}
    assert {name for name in needed if not name.startswith("__aeabi_")} <= {"memcpy", "memset"}

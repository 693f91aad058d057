"""What the chain needs from outside: is it installed, in which version, and if not, what to install."""

import importlib.metadata
import platform
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from tinyml.architecture import CORTEX_M, RISCV, Architecture
from tinyml.build import toolchain
from tinyml.errors import MissingToolError
from tinyml.run import qemu, renode

_SECONDS = 20
_RENODE_PURPOSE = "emulates boards too (--target renode); while it runs it listens on all network interfaces"


@dataclass(frozen=True)
class Check:
    """One tool.

    Attributes:
        name: what it is called.
        purpose: which part of the chain needs it.
        required: whether `tinyml deploy` of a `.tflite` on an emulated board needs it.
        found: whether it is installed and answers.
        version: what it says of its version, or an empty string.
        install: the command that installs it.
    """

    name: str
    purpose: str
    required: bool
    found: bool
    version: str
    install: str


def check() -> tuple[Check, ...]:
    """Look for every tool of the chain, in the order in which it needs them; each is started for its version."""
    # tflite-micro has wheels for this platform only; elsewhere recorded expectations stand in for it.
    oracle = platform.system() == "Linux" and platform.machine() == "x86_64"
    return (
        Check("python", "runs tinyml", True, True, platform.python_version(), "apt-get install python3"),
        _package("platformio", "builds the firmware", True),
        _package("scons", "builds the firmware, beneath PlatformIO", True),
        *_tools(CORTEX_M, "Arm", required=True),
        *_tools(RISCV, "RISC-V", required=False),
        _probe("renode", _RENODE_PURPOSE, False, renode.INSTALL, renode.version),
        _package("tflite-micro", "gives the expected bits", oracle),
        _package("tensorflow", "converts Keras models", False, "tinyml[keras]", ("tensorflow-cpu",)),
        _package("ai-edge-litert", "compares with the desktop interpreter", False, "tinyml[desk]"),
        _probe("espeak-ng", "speaks the words of the starter", False, "apt-get install espeak-ng", _espeak),
    )


def _probe(name: str, purpose: str, required: bool, install: str, version: Callable[[], str]) -> Check:
    try:
        text = version()
    except MissingToolError:
        return Check(name, purpose, required, False, "", install)
    return Check(name, purpose, required, True, text, install)


def _package(
    name: str, purpose: str, required: bool, requirement: str = "", also_as: tuple[str, ...] = ()
) -> Check:
    install = f"pip install '{requirement or _requirement(name)}'"
    for distribution in (name, *also_as):
        try:
            return Check(name, purpose, required, True, importlib.metadata.version(distribution), install)
        except importlib.metadata.PackageNotFoundError:
            continue
    return Check(name, purpose, required, False, "", install)


def _requirement(name: str) -> str:
    """Return the version of the package `name` that tinyml asks for, as pip takes it."""
    try:
        wanted = importlib.metadata.requires("tinyml") or []
    except importlib.metadata.PackageNotFoundError:
        wanted = []
    matches = [text.partition(";")[0].strip() for text in wanted if re.match(rf"{name}\b(?!-)", text)]
    return matches[0] if matches else name


def _tools(architecture: Architecture, boards: str, required: bool) -> tuple[Check, ...]:
    """Look for compiler, C library and emulator of the boards of an architecture."""

    def compiler() -> str:
        return toolchain.compiler_version(toolchain.find_compiler(architecture))

    def emulator() -> str:
        return qemu.version(architecture)

    packages, emulator_package = architecture.compiler_packages, f"apt-get install {architecture.emulator_package}"
    library = f"the C library of the firmware of {boards} boards"
    return (
        _probe(architecture.compiler, f"compiles the firmware of {boards} boards", required, packages, compiler),
        _probe(architecture.library, library, required, packages, lambda: _library(architecture)),
        _probe(architecture.emulator, f"emulates {boards} boards", required, emulator_package, emulator),
    )


def _library(architecture: Architecture) -> str:
    """Return the C library's version, from the macros of its header."""
    compiler, name = toolchain.find_compiler(architecture), architecture.library
    header = ["-E", "-dM", "-include", f"{name}.h", "-x", "c", "/dev/null"]
    said = _say([str(compiler), *architecture.library_flags, *header])
    found = re.search(rf'_{name.upper()}_VERSION(?:__)? "([^"]+)"', said)
    if not found:
        raise MissingToolError(f"the C compiler has no C library ({name})", architecture.compiler_packages)
    return found[1]


def _espeak() -> str:
    path = shutil.which("espeak-ng")
    if path is None:
        raise MissingToolError("espeak-ng is not installed")
    found = re.search(r"\d+(\.\d+)+", _say([path, "--version"]))
    return found[0] if found else ""


def _say(command: list[str]) -> str:
    """Return what `command` prints.

    Raises:
        MissingToolError: it fails or takes too long.
    """
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingToolError(f"{command[0]} does not run: {error}") from error

"""The C compiler that PlatformIO will use, and PlatformIO itself."""

import importlib.metadata
import os
import shutil
import subprocess
from pathlib import Path

from tinyml.architecture import Architecture
from tinyml.errors import MissingToolError

_VERSION_SECONDS = 20


def platformio_version() -> str:
    """Return the version of PlatformIO that is installed beside tinyml.

    Raises:
        MissingToolError: it is not installed.
    """
    try:
        return importlib.metadata.version("platformio")
    except importlib.metadata.PackageNotFoundError:
        raise MissingToolError("PlatformIO is not installed", "pip install platformio scons") from None


def core_folder() -> Path:
    """Return the folder where PlatformIO keeps packages and state for tinyml's builds.

    It is $PLATFORMIO_CORE_DIR where that is set. Otherwise it lies in the user's cache and belongs to one version
    of PlatformIO, so that two versions never take over each other's state.
    """
    if chosen := os.environ.get("PLATFORMIO_CORE_DIR"):
        return Path(chosen).expanduser().absolute()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser().absolute() / "tinyml" / f"platformio-{platformio_version()}"


def find_compiler(architecture: Architecture) -> Path:
    """Return the compiler that a build will use: the one on PATH, else one that PlatformIO has installed.

    Raises:
        MissingToolError: there is none.
    """
    if on_path := shutil.which(architecture.compiler):
        return Path(on_path)
    packages = core_folder() / "packages"
    for installed in sorted(packages.glob(f"{architecture.platformio_package}*/bin/{architecture.compiler}")):
        return installed
    raise MissingToolError(
        f"the C compiler {architecture.compiler} is not installed", architecture.compiler_packages
    )


def compiler_version(compiler: Path) -> str:
    """Return the first line of what `compiler` says of its version.

    Raises:
        MissingToolError: it does not run, or has no C library beside it.
    """
    try:
        answer = subprocess.run(
            [compiler, "--version"], capture_output=True, text=True, timeout=_VERSION_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingToolError(f"the C compiler {compiler} does not run: {error}", "Install it again.") from error
    return answer.stdout.splitlines()[0].strip() if answer.stdout else compiler.name

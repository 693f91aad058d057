"""A project becomes an image: PlatformIO builds it, the ELF file tells its sizes."""

import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from tinyml import process
from tinyml.architecture import Architecture
from tinyml.build import objects, toolchain
from tinyml.build.elf import Sizes, sizes
from tinyml.errors import BuildError, MissingToolError, ProjectError
from tinyml.files import write_atomically
from tinyml.generate.project import Project, check_path

__all__ = ["Image", "Sizes", "build"]

TIME_LIMIT_SECONDS = 600
_RECORD = Path(".pio") / "tinyml-image.json"
_LOG = Path(".pio") / "tinyml-build.log"
_ERROR_LINE = re.compile(
    r"\berror\b:?|undefined reference|will not fit in region|overflowed by|No such file", re.I
)
_NO_LIBRARY = re.compile(r"nano\.specs|std(int|lib)\.h: No such file|string\.h: No such file")
_OVERFLOW = re.compile(r"region `(?P<region>\w+)' overflowed by (?P<bytes>\d+) bytes?")
_SHOWN_ERRORS = 5
_LONGEST_LINE = 300

# Variables that would change the image or the place where it is built behind the project's back.
_FOREIGN_VARIABLES = re.compile(r"PLATFORMIO_(?!CORE_DIR$).*|SCONSFLAGS|CPATH|C_INCLUDE_PATH|LIBRARY_PATH")


@dataclass(frozen=True)
class Image:
    """A built project.

    Attributes:
        project: the project's folder.
        project_sha256: the hash of the sources that it was built from (hexadecimal).
        elf: the image with its symbols; firmware.bin, what goes into the flash, lies beside it.
        sha256: the hash of the ELF file (hexadecimal).
        compiler: the compiler's name and version.
        sizes: its parts, in bytes.
    """

    project: Path
    project_sha256: str
    elf: Path
    sha256: str
    compiler: str
    sizes: Sizes

    @property
    def binary(self) -> Path:
        """The bytes that go into the flash."""
        return self.elf.with_suffix(".bin")

    @staticmethod
    def load(project_dir: Path) -> "Image":
        """Return the image that was last built in the folder `project_dir`.

        Raises:
            ProjectError: there is no project, it was not built, or its files changed since.
        """
        project = Project.load(project_dir)
        folder = project_dir.absolute()
        hint = f"Build it with `tinyml build {project_dir}`."
        try:
            facts = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
            image = Image(
                project=folder,
                project_sha256=facts["project_sha256"],
                elf=folder / facts["elf"],
                sha256=facts["sha256"],
                compiler=facts["compiler"],
                sizes=Sizes(**facts["sizes"]),
            )
            elf_sha256 = _sha256(image.elf)
        except (OSError, ValueError, KeyError, TypeError):
            raise ProjectError(f"the project {str(project_dir)!r} has not been built", hint) from None
        if image.project_sha256 != project.sha256():
            raise ProjectError(f"files of the project {str(project_dir)!r} changed since it was built", hint)
        if image.sha256 != elf_sha256:
            raise ProjectError(f"the image {image.elf} is not the one that tinyml built", hint)
        return image

    def _save(self) -> None:
        facts = {
            "project_sha256": self.project_sha256,
            "elf": self.elf.relative_to(self.project).as_posix(),
            "sha256": self.sha256,
            "compiler": self.compiler,
            "sizes": asdict(self.sizes),
        }
        write_atomically(self.project / _RECORD, (json.dumps(facts, indent=2) + "\n").encode())


def build(project_dir: Path, jobs: int | None = None, timeout_seconds: float = TIME_LIMIT_SECONDS) -> Image:
    """Build the project in the folder `project_dir`.

    Where the last image came from the same sources and the same compiler, it is returned and nothing runs.

    Writes nothing but project_dir/.pio and the folder of toolchain.core_folder().

    Args:
        project_dir: a folder that tinyml generated.
        jobs: how many compilers may run at once; by default one for each processor.
        timeout_seconds: how long PlatformIO may take.

    Raises:
        ProjectError: the folder holds no project, or one that lacks files or lies where it cannot be built.
        MissingToolError: PlatformIO or the compiler is not installed.
        BuildError: the project does not compile or link, or the build took too long.
    """
    project = Project.load(project_dir)
    folder = project_dir.absolute()
    check_path(folder)
    if gone := project.missing():
        raise ProjectError(
            f"files of the project {str(project_dir)!r} are missing: {', '.join(gone[:_SHOWN_ERRORS])}",
            "Generate it again.",
        )
    board = project.board()
    compiler = toolchain.compiler_version(toolchain.find_compiler(board.architecture))
    with contextlib.suppress(ProjectError):
        last = Image.load(folder)
        if last.compiler == compiler and last.binary.is_file():
            return last
    project_sha256 = project.sha256()
    _run_platformio(folder, board.architecture, compiler, jobs or os.cpu_count() or 1, timeout_seconds)
    elf = folder / ".pio" / "build" / board.name / "firmware.elf"
    image = Image(
        project=folder,
        project_sha256=project_sha256,
        elf=elf,
        sha256=_sha256(elf),
        compiler=compiler,
        sizes=sizes(elf),
    )
    image._save()
    return image


def _run_platformio(
    folder: Path, architecture: Architecture, compiler: str, jobs: int, timeout_seconds: float
) -> None:
    core = toolchain.core_folder()
    log = folder / _LOG
    log.parent.mkdir(exist_ok=True)
    # -P: a folder of the project must not be taken for one of PlatformIO's modules.
    command = [sys.executable, "-P", "-m", "platformio", "run", "--project-dir", str(folder), "--jobs", str(jobs)]
    try:
        _keep_state(core)
        objects.prune(core)
        with log.open("wb") as output:
            code = process.run(
                command,
                cwd=folder,
                env=_environment(core, compiler),
                output=output,
                timeout_seconds=timeout_seconds,
            )
    except subprocess.TimeoutExpired:
        raise BuildError(
            f"PlatformIO did not end within {timeout_seconds:g} seconds", f"What it said is in {log}."
        ) from None
    except OSError as error:
        raise BuildError(f"PlatformIO cannot be run: {error}", f"It works in {folder} and {core}.") from error
    if code != 0:
        raise _failure(log, architecture)


def _environment(core: Path, compiler: str) -> dict[str, str]:
    """Return the environment of PlatformIO: the user's, without what would make the build another one."""
    kept = {name: value for name, value in os.environ.items() if not _FOREIGN_VARIABLES.fullmatch(name)}
    return kept | {
        "PLATFORMIO_CORE_DIR": str(core),
        "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
        "PLATFORMIO_DISABLE_UPGRADE_CHECK": "true",
        "PLATFORMIO_NO_ANSI": "true",
        objects.VARIABLE: str(objects.folder(core, compiler)),
        "LC_ALL": "C.UTF-8",
    }


def _keep_state(core: Path) -> None:
    """Prepare PlatformIO's folder `core`.

    It is told that this version of it ran there last; otherwise it asks its registry for updates first. Its
    folders are made for it, since two of it that make the same folder at once fail.
    """
    for folder in ("objects", "packages", ".cache/downloads", ".cache/http", ".cache/tmp"):
        (core / folder).mkdir(parents=True, exist_ok=True)
    path = core / "appstate.json"
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        state = {}
    if not isinstance(state, dict):
        state = {}
    version = toolchain.platformio_version()
    if state.get("last_version") != version:
        write_atomically(path, json.dumps({**state, "last_version": version}).encode())


def _failure(log: Path, architecture: Architecture) -> BuildError | MissingToolError:
    """Return what the log of a failed build tells: the first lines that name an error."""
    text = log.read_text(encoding="utf-8", errors="replace")
    if "No space left on device" in text:
        return BuildError("the disk is full, and the build needs room", f"Free some. The log is {log}.")
    lines = [line[:_LONGEST_LINE] for line in text.splitlines()]
    errors = [line.strip() for line in lines if _ERROR_LINE.search(line)]
    if any(_NO_LIBRARY.search(line) for line in errors):
        return MissingToolError(
            f"the C compiler has no C library ({architecture.library})", architecture.compiler_packages
        )
    if overflows := [match for line in errors if (match := _OVERFLOW.search(line))]:
        told = " and ".join(f"{match['region']} by {int(match['bytes']):,} bytes" for match in overflows)
        return BuildError(
            f"the image does not fit the board's memory: it exceeds {told}",
            f"Choose a larger board (`tinyml boards`) or a smaller model. The whole log is {log}.",
        )
    shown = errors[:_SHOWN_ERRORS] or lines[-_SHOWN_ERRORS:]
    first, rest = (shown[0], shown[1:]) if shown else ("it said nothing", [])
    return BuildError(f"the build failed: {first}", "\n".join([*rest, f"The whole log is {log}."]))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

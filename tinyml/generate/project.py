"""A generated project: a folder that belongs to its user, and the manifest that says what tinyml wrote there."""

import fcntl
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from tinyml import board as boards
from tinyml import graph as graphs
from tinyml import plan as plans
from tinyml.board import Board
from tinyml.emit import Choices, plan_for
from tinyml.errors import ProjectError
from tinyml.files import write_atomically

MANIFEST = "tinyml.json"
MODEL = "model.tflite"
BOARD = "board.toml"

# What later stages leave in the folder; it belongs to the files as they were generated.
RECORD = "record.json"
OUTPUTS = "outputs.npz"
EXPECTATIONS = "expectations.npz"

SWAPPED = "swapped"  # a folder: models that were sent to the device in place of its own, by their hash
STORAGE = "slots.bin"  # memory that an emulator keeps between its runs

_WRITING = "writing"  # a key of the manifest while files are being written

# Characters of a path that PlatformIO's build, which goes through a shell, takes as they are.
_SAFE_PATH = re.compile(r"[\w\s/.,+=@:#~\[\]-]*")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Project:
    """A generated project.

    Attributes:
        path: its folder.
        manifest: what `tinyml.json` says.
        model: the file of its model, relative to the folder.
    """

    path: Path
    manifest: Mapping[str, Any]
    model: str = MODEL

    @staticmethod
    def load(path: Path) -> "Project":
        """Open the project in the folder `path`.

        Raises:
            ProjectError: there is no project, its manifest cannot be read, or it was not written to its end.
        """
        project = Project._read(path)
        if _WRITING in project.manifest:
            raise ProjectError(f"the project {str(path)!r} was not written to its end", "Generate it again.")
        return project

    @staticmethod
    def _read(path: Path) -> "Project":
        hint = "Make one with `tinyml generate MODEL --board BOARD --out DIR`."
        if not path.is_dir():
            raise ProjectError(f"there is no folder {str(path)!r}", hint)
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            _check_manifest(manifest)
        except FileNotFoundError:
            raise ProjectError(f"{str(path)!r} is not a project of tinyml: it has no {MANIFEST}", hint) from None
        except ValueError as error:
            raise ProjectError(f"{MANIFEST} in {str(path)!r} cannot be read: {error}", hint) from None
        return Project(path, manifest)

    def board(self) -> Board:
        """Return the board that the project was generated for, from the project's own copy of its file."""
        return boards.load(str(self._existing(BOARD)))

    def plan(self) -> plans.Plan:
        """Return the plan of the project's model, as it was generated.

        Raises:
            ProjectError: `model.tflite` is missing or is not the model that the C was generated from.
        """
        data = self._existing(self.model).read_bytes()
        if _digest(data) != self.manifest["model"]["sha256"]:
            raise ProjectError(
                f"{self.model} in {str(self.path)!r} is not the model that the project was generated from",
                "Generate the project again from the new model.",
            )
        return plan_for(graphs.read(data), self.board(), self.choices())

    def choices(self) -> Choices:
        """Return what was chosen of how the model is planned."""
        return Choices(*(self.manifest[name] for name in ("engine", "optimize", "arrangement", "ram_budget")))

    def check_slots(self) -> None:
        """Check that the firmware takes models in place of its own.

        Raises:
            ProjectError: it does not.
        """
        if self.manifest["engine"] != "interpreter":
            raise ProjectError(
                f"the firmware of {str(self.path)!r} has the engine {self.manifest['engine']!r}, whose model is "
                "part of its code; only the engine 'interpreter' can swap it",
                "Generate, build and flash the project again with `--engine interpreter --slots BYTES`.",
            )
        if "slots" not in self.manifest:
            raise ProjectError(
                f"the firmware of {str(self.path)!r} has no slots for models",
                "Generate, build and flash the project again with `--slots BYTES`, the largest model's size.",
            )

    def add_swapped(self, data: bytes, sha256: str) -> None:
        """Keep a model that replaces the project's own on a device."""
        (self.path / SWAPPED).mkdir(exist_ok=True)
        write_atomically(self.path / _swapped(sha256), data)

    def has_swapped(self) -> bool:
        """Return whether a model was ever sent to a device in place of the project's own."""
        return any((self.path / SWAPPED).glob("*.tflite"))

    def running(self, sha256: str) -> "Project":
        """Return the project as it is while its device runs the model with this hash, its own or another."""
        if sha256 == self.manifest["model"]["sha256"] or not (self.path / _swapped(sha256)).is_file():
            return self
        model = {"path": _swapped(sha256), "sha256": sha256}
        swapped = replace(self, manifest={**self.manifest, "model": model}, model=_swapped(sha256))
        plan = swapped.plan()
        facts = {"macs": plan.macs, "constant_bytes": plan.constant_bytes}
        return replace(swapped, manifest={**swapped.manifest, **facts})

    def _existing(self, name: str) -> Path:
        if not (self.path / name).is_file():
            raise ProjectError(
                f"{name} is missing from the project {str(self.path)!r}", "Generate the project again."
            )
        return self.path / name

    def changed(self) -> list[str]:
        """Return the generated files that were edited or deleted since, by their path inside the project."""
        return [
            name
            for name, digest in self.manifest["files"].items()
            if not (self.path / name).is_file() or _digest((self.path / name).read_bytes()) != digest
        ]

    def missing(self) -> list[str]:
        """Return the generated files without which the project does not build, and which are not there."""
        needed = ("lib/", "platforms/", "platformio.ini")
        return [f for f in self.manifest["files"] if f.startswith(needed) and not (self.path / f).is_file()]

    def sha256(self) -> str:
        """Return the hash of the project as it is now: of all files that the build reads."""
        tops = [self.path / "platformio.ini", self.path / MODEL]
        tops += [p for top in ("src", "lib", "platforms") for p in (self.path / top).rglob("*") if p.is_file()]
        sources = [p for p in tops if p.is_file() and "__pycache__" not in p.parts]
        return content_hash({p.relative_to(self.path).as_posix(): p.read_bytes() for p in sources})


def _swapped(sha256: str) -> str:
    return f"{SWAPPED}/{sha256[:16]}.tflite"


# What a manifest holds, and of which type.
_MANIFEST_TYPES = {
    "tinyml": str,
    "build_id": int,
    "board": str,
    "engine": str,
    "prefix": str,
    "optimize": str,
    "arrangement": str,
    "ram_budget": int | None,
    "arena_bytes": int,
    "macs": int,
    "model": dict,
    "files": dict,
}


def _check_manifest(manifest: Any) -> None:
    """Check what a manifest holds: the folder may come from anywhere.

    Raises:
        ValueError: something is missing, of a wrong type, or names a file outside the project.
    """
    if not isinstance(manifest, dict):
        raise ValueError("it is no JSON object")
    for key, kind in _MANIFEST_TYPES.items():
        if not isinstance(manifest.get(key), kind):
            raise ValueError(f"{key!r} is not of the type {getattr(kind, '__name__', kind)}")
    for key in ("path", "sha256"):
        if not isinstance(manifest["model"].get(key), str):
            raise ValueError(f"'model' has no {key!r}")
    for name, digest in manifest["files"].items():
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or not isinstance(digest, str):
            raise ValueError(f"{name!r} is no file of the project")


def content_hash(files: Mapping[str, bytes]) -> str:
    """Return one SHA-256 (hex) over `files`, names and contents, whatever their order."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\0{_digest(files[name])}\n".encode())
    return total.hexdigest()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the project's folder `path`, which need not exist, against other tinyml processes of this user.

    Raises:
        ProjectError: another tinyml works there.
    """
    # The lock lies outside the folder, which may turn out to be somebody's thesis.
    name = f"tinyml-{os.getuid()}-{_digest(str(path.resolve()).encode())[:16]}.lock"
    with (Path(tempfile.gettempdir()) / name).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProjectError(
                f"another tinyml works in the folder {str(path)!r}", "Wait for it, or give another --out."
            ) from None
        try:
            yield
        finally:
            # Closing the file would not do while a process that another thread is just starting has it open too.
            fcntl.flock(lock, fcntl.LOCK_UN)


def check_path(path: Path) -> None:
    """Check that the build can be given `path`.

    Raises:
        ProjectError: its absolute form has a character that a shell takes for its own.
    """
    absolute = str(path.absolute())
    odd = sorted({c for c in absolute if not _SAFE_PATH.fullmatch(c) or c in "\n\r\t"})
    if odd:
        raise ProjectError(
            f"the folder {absolute!r} has {', '.join(map(repr, odd))} in its path, which the build cannot take",
            "Use letters, digits, spaces and . , + = @ : # ~ [ ] - _ only.",
        )


def _check_target(out: Path, force: bool) -> None:
    check_path(out)
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not out.is_dir():
        raise ProjectError(f"{str(out)!r} is a file, not a folder", "Give another folder with --out.")
    if not (out / MANIFEST).is_file():
        raise ProjectError(
            f"the folder {str(out)!r} is not empty and is no project of tinyml",
            "Give another folder with --out.",
        )
    project = Project._read(out)
    edited = [name for name in project.changed() if (out / name).is_file()]
    # A project that was not written to its end holds old and new files; what was edited was refused before that.
    if edited and not force and _WRITING not in project.manifest:
        raise ProjectError(
            f"files of the project {str(out)!r} were edited since they were generated: {', '.join(edited)}",
            "Keep them by giving another folder with --out, or overwrite them with --force.",
        )


def _write_manifest(out: Path, manifest: Mapping[str, Any]) -> None:
    write_atomically(out / MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())


def write(out: Path, files: Mapping[str, bytes], facts: Mapping[str, Any], force: bool = False) -> Project:
    """Write a project into the folder `out`.

    Args:
        out: the folder; it is made where it does not exist.
        files: contents by path inside the project.
        facts: what the manifest says besides the list of files.
        force: overwrite files of an existing project that its user has edited.

    Raises:
        ProjectError: `out` holds something else or files that its user has edited, or its path cannot be built in.
    """
    _check_target(out, force)
    before = Project._read(out).manifest if (out / MANIFEST).is_file() else {"files": {}}
    (out / STORAGE).unlink(missing_ok=True)  # whoever writes a project means its own model
    manifest = {**facts, "files": {name: _digest(files[name]) for name in sorted(files)}}
    if before == manifest and not Project(out, before).changed():
        return Project(out, manifest)
    _write_manifest(out, {**manifest, _WRITING: True})
    for name, data in files.items():
        write_atomically(out / name, data)
    swapped = [f"{SWAPPED}/{path.name}" for path in (out / SWAPPED).glob("*.tflite")]
    for name in {*before["files"], *swapped, RECORD, OUTPUTS, EXPECTATIONS} - set(files):
        (out / name).unlink(missing_ok=True)
    _write_manifest(out, manifest)
    return Project(out, manifest)

"""A model on a board, for programs that use it many times: built once for its content, and kept running.

Any number of processes may share the folder of builds. One builds, the others wait for it; an emulator belongs to
the process that started it and chooses a port of its own. A board that is connected has one port, which processes
take turns at.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import IO, Any

from tinyml import board as board_files
from tinyml import pipeline, resources, samples
from tinyml.build import Image
from tinyml.defaults import ENGINE, LIMIT, OPERATORS, OPTIMIZE, PREFIX, TARGET
from tinyml.errors import DeviceError, InputError, ProjectError
from tinyml.generate import Project
from tinyml.importers import detect
from tinyml.measure.interpreter import Array
from tinyml.measure.measurements import Measurements, Measurer
from tinyml.plan import Plan
from tinyml.report import record as records
from tinyml.run import Session, start
from tinyml.run import check as check_target

RANDOM = 20  # samples that are sent where nobody says which
_KEY_SHOWN = 16  # characters of a build's hash in its folder's name


@dataclass(frozen=True)
class Deployment:
    """Which model, where and how; the words are those of `tinyml.deploy`.

    Attributes:
        model: a `.tflite`, `.keras`, `.h5` or a SavedModel folder.
        board: a board's name, or the path of its TOML file.
        data: samples that calibrate a float model, and are sent.
        test: samples to send instead.
        random: how many random samples to send instead; without any samples, 20.
        port: the serial port, for the target "serial".
        flash: whether an image is written into that board before it runs.
    """

    model: Path
    board: str
    target: str = TARGET
    engine: str = ENGINE
    data: Path | None = None
    test: Path | None = None
    random: int | None = None
    seed: int = 0
    limit: int = LIMIT
    prefix: str = PREFIX
    operators: str = OPERATORS
    place: tuple[str, ...] = ()
    shape: tuple[str, ...] = ()
    optimize: str = OPTIMIZE
    port: str | None = None
    flash: bool = False

    @property
    def name(self) -> str:
        """Model, board and engine, as a file may be called."""
        board = Path(self.board).stem if self.board.endswith(".toml") else self.board
        return "-".join(re.sub(r"[^\w.-]+", "_", part) for part in (self.model.stem, board, self.engine))

    def key(self) -> str:
        """Return the hash of all that the image depends on but the compiler (hexadecimal).

        Raises:
            ModelError, SamplesError, BoardError: what is named does not exist.
        """
        detect(self.model)  # tells what is wrong with it
        parts = [_package(), _content(self.model), board_files.load(self.board).text]
        parts += (
            [] if self.data is None or self.model.suffix == ".tflite" else map(_content, samples.files(self.data))
        )
        parts.append(repr((self.engine, self.prefix, self.operators, self.place, self.shape, self.optimize)))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


OPTIONS = tuple(field.name for field in fields(Deployment))


def _content(path: Path) -> str:
    """Return the hash of a file, or of a folder's files and their names."""
    paths = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    total = hashlib.sha256(path.name.encode())
    for file in paths:
        total.update(f"{file.relative_to(path)}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


@cache
def _package() -> str:
    """Return the hash of tinyml itself, which a checkout may change without another version."""
    total = hashlib.sha256()
    for folder in (Path(__file__).parent, resources.templates(), resources.firmware()):
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
            total.update(f"{path.relative_to(folder)}\0".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


@contextlib.contextmanager
def _held(path: Path) -> Iterator[IO[str]]:
    """Wait for the lock file `path` and hold it; it falls with its holder, however that ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield lock
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


# The devices of this process that run, at most one: an emulator that waits takes a whole core of the host, and one
# board cannot be opened twice.
_RUNNING: list["Device"] = []

# What this process has written into boards, by port: somebody may have written another image before.
_WRITTEN: dict[str, str] = {}


def end_running() -> None:
    """End the device of this process that runs, if one does."""
    for device in list(_RUNNING):
        device.close()


class Deployed:
    """A model that is built when it is first asked for, and started when it first runs.

    Attributes:
        deployment: what was asked for.
        seen: the figures of whatever was asked of it, records of validations or sizes of images; whoever tells
            them empties the list.
    """

    def __init__(self, deployment: Deployment, builds: Path, kept_records: Path | None = None) -> None:
        """Prepare a deployment; nothing is done yet.

        Args:
            deployment: which model, where and how.
            builds: the folder of builds, which processes may share.
            kept_records: a folder to leave a copy of every record in, or None.
        """
        self.deployment = deployment
        self.seen: list[dict[str, Any]] = []
        self.device = Device(self)
        self._builds = builds
        self._kept_records = kept_records
        self._image: Image | None = None
        self._records: dict[tuple[Any, ...], dict[str, Any]] = {}

    def __repr__(self) -> str:
        return f"Deployed({self.name})"

    @property
    def name(self) -> str:
        """Model, board and engine."""
        return self.deployment.name

    @property
    def image(self) -> Image:
        """The built image; it is built where no build of the same content is there.

        Raises:
            The errors of `tinyml.convert`, `tinyml.generate` and `tinyml.build`.
        """
        if self._image is None:
            key = self.deployment.key()
            folder = self._builds / f"{self.name}-{key[:_KEY_SHOWN]}"
            with _held(self._builds / f"{key}.lock"):
                if not _complete(folder):
                    self._generate(folder)
                self._image = pipeline.build(folder)
        return self._image

    @property
    def project(self) -> Project:
        """The generated project, built."""
        return Project.load(self.image.project)

    def _generate(self, folder: Path) -> None:
        wanted = self.deployment
        model = wanted.model
        if detect(model) != "tflite":
            model = folder.with_name(f"{folder.name}-model") / f"{model.stem}.tflite"
            pipeline.convert(wanted.model, wanted.data, out=model, shape=wanted.shape)
        pipeline.generate(
            model,
            wanted.board,
            out=folder,
            prefix=wanted.prefix,
            force=True,
            engine=wanted.engine,
            operators=wanted.operators,
            place=wanted.place,
            shape=wanted.shape,
            optimize=wanted.optimize,
        )

    def validate(
        self, data: Path | str | None = None, random: int | None = None, seed: int = 0, limit: int = LIMIT
    ) -> dict[str, Any]:
        """Run samples and compare every byte with TFLM's; return the record.

        Without `data` and `random` the deployment's samples are sent. The device starts anew for it, so that
        figures are those of `tinyml validate`; the same samples are sent once only.

        Raises:
            The errors of `tinyml.validate`, and those of building.
        """
        chosen = self._samples(data, random, seed, limit)
        key = tuple(chosen.values())
        if key not in self._records:
            image, wanted = self._runnable(), self.deployment
            end_running()
            with self._board(image):
                self._records[key] = pipeline.validate(
                    image.project, **chosen, target=wanted.target, port=wanted.port, desk=False
                )
            if self._kept_records is not None:
                name = f"{self.name}-{wanted.target}-{_described(chosen)}.json"
                records.write_file(self._kept_records / name, self._records[key])
        self.seen.append(self._records[key])
        return self._records[key]

    def _runnable(self) -> Image:
        """Return the image; a missing emulator or port is told before anything is built."""
        wanted = self.deployment
        check_target(board_files.load(wanted.board), wanted.target, wanted.port)
        return self.image

    def _samples(self, data: Path | str | None, random: int | None, seed: int, limit: int) -> dict[str, Any]:
        wanted = self.deployment
        if data is None and random is None:
            data, random, seed, limit = wanted.test or wanted.data, wanted.random, wanted.seed, wanted.limit
            if random is not None:  # as `tinyml deploy` has it: a float model's data may only calibrate
                data = None
            elif data is None:
                random = RANDOM
        return {"data": data, "random": random, "seed": seed, "limit": limit}

    @contextlib.contextmanager
    def _board(self, image: Image) -> Iterator[None]:
        """Hold the connected board against other processes, with `image` in it where it is to be flashed."""
        wanted = self.deployment
        if wanted.target != "serial" or wanted.port is None:
            yield
            return
        name = hashlib.sha256(str(Path(wanted.port).resolve()).encode()).hexdigest()[:_KEY_SHOWN]
        with _held(Path(tempfile.gettempdir()) / f"tinyml-{os.getuid()}-port-{name}.lock") as lock:
            lock.seek(0)
            if wanted.flash and not lock.read() == _WRITTEN.get(wanted.port) == image.sha256:
                lock.truncate(0)
                pipeline.flash(image.project, None)
                _WRITTEN[wanted.port] = image.sha256
                lock.write(image.sha256)
                lock.flush()
            yield

    def close(self) -> None:
        """End the device; it starts again when it is asked."""
        self.device.close()


class Device:
    """The board of a deployed model, or its emulator: started when it first runs, and anew after it failed.

    A process runs one at a time. Where another one is used, this one ends and starts anew when it is used again.
    """

    def __init__(self, deployed: Deployed) -> None:
        """Prepare the device of a deployed model."""
        self._deployed = deployed
        self._plan: Plan | None = None
        self._resources = contextlib.ExitStack()
        self._session: Session | None = None

    def __repr__(self) -> str:
        return f"Device({self._deployed.name}, {self._deployed.deployment.target})"

    @property
    def session(self) -> Session:
        """The session with the device, for what `run` does not do."""
        if self._session is None:
            deployed, wanted = self._deployed, self._deployed.deployment
            image, board = deployed._runnable(), deployed.project.board()
            end_running()
            with contextlib.ExitStack() as resources:
                resources.enter_context(deployed._board(image))
                self._session = resources.enter_context(start(image, board, wanted.target, wanted.port))
                _RUNNING.append(self)
                resources.callback(_RUNNING.remove, self)
                self._resources = resources.pop_all()
        return self._session

    def run(self, *inputs: Array) -> Measurements:
        """Run samples and return the outputs, instructions and stack.

        Args:
            inputs: for each input of the model, samples of shape [n, *shape] or one of shape [*shape]; real values
                or int8.

        Raises:
            SamplesError: they are not what the model takes.
            DeviceError: the device does not answer or reports a fault; the next run starts it anew.
        """
        if self._plan is None:
            self._plan = self._deployed.project.plan()
        plan, graph = self._plan, self._plan.graph
        given = samples.quantize(samples.of(inputs, [graph.tensors[t] for t in graph.inputs]), graph)
        try:
            session = self.session
            measurer = Measurer(session.client, plan, self._deployed.project.manifest["build_id"], session.clock)
            return measurer.run(given.inputs)
        except DeviceError:
            self.close()
            raise

    def close(self) -> None:
        """End the session, and the emulator with it."""
        self._session = None
        self._resources.close()


def _complete(folder: Path) -> bool:
    """Return whether `folder` holds a whole project that nobody has edited."""
    with contextlib.suppress(ProjectError):
        return not Project.load(folder).changed()
    return False


def _described(chosen: dict[str, Any]) -> str:
    if chosen["random"] is not None:
        return f"random{chosen['random']}" + (f"-seed{chosen['seed']}" if chosen["seed"] else "")
    return re.sub(r"[^\w.]+", "_", Path(chosen["data"]).stem)


def check_options(options: dict[str, Any]) -> None:
    """Check the names of options for a `Deployment`.

    Raises:
        InputError: one is not known.
    """
    if unknown := sorted(set(options) - set(OPTIONS)):
        raise InputError(f"a deployment has no option {unknown[0]!r}", f"Known: {', '.join(OPTIONS)}.")

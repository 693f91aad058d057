"""Tests on a board, or on the emulator standing in for it, with pytest.

    @pytest.mark.tinyml("model.tflite", random=20)
    def test_the_board_answers_as_the_desk(tinyml_deployed):
        assert_exact(tinyml_deployed)

Every pytest of this environment imports this; it imports next to nothing of tinyml before a test asks for it.
"""

import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tinyml.defaults import ENGINE, TARGET

if TYPE_CHECKING:
    from tinyml.deployed import Deployed, Deployment, Device

_BOARD = "mps2-an386"  # an emulated Cortex-M4 with room for most models
_FIXTURES = {"tinyml_deploy", "tinyml_deployed", "tinyml_device"}
_PATHS = ("data", "test")  # options of a deployment that are paths beside the test's file

# JUnit properties, and where a record holds each.
_PROPERTIES = {
    "model": ("model", "path"),
    "board": ("board",),
    "target": ("target",),
    "engine": ("engine",),
    "samples": ("samples",),
    "exact": ("exact",),
    "first_mismatch": ("first_mismatch",),
    "instructions": ("instructions", "median"),
    "instructions_max": ("instructions", "max"),
    "arena_bytes": ("arena_bytes",),
    "static_bytes": ("static_bytes",),
    "stack_bytes": ("stack_bytes",),
    "code_bytes": ("flash", "code"),
    "constant_bytes": ("flash", "constants"),
    "flash_bytes": ("flash", "total"),
    "image_sha256": ("hashes", "image"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("tinyml", "models on microcontrollers (tinyml)")
    group.addoption(
        "--tinyml-board",
        action="append",
        metavar="BOARD",
        help=f"A board's name or TOML file; may be repeated: tests run on each. Without it, {_BOARD}.",
    )
    group.addoption(
        "--tinyml-target",
        default=TARGET,
        metavar="TARGET",
        help=f"qemu, renode, or serial for a connected board. Without it, {TARGET}.",
    )
    group.addoption(
        "--tinyml-engine",
        default=ENGINE,
        metavar="ENGINE",
        help=f"compiled or interpreter. Without it, {ENGINE}.",
    )
    group.addoption("--tinyml-port", metavar="PORT", help="The board's serial port, for --tinyml-target serial.")
    group.addoption(
        "--tinyml-flash", action="store_true", help="Write images into the connected board before they run."
    )
    group.addoption(
        "--tinyml-cache", metavar="DIR", help="Where builds are kept. Without it, in pytest's cache folder."
    )
    group.addoption("--tinyml-records", metavar="DIR", help="Leave the records of all validations here.")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        "tinyml(model, board=..., random=..., data=..., **options): the model of `tinyml_deployed`, a path beside "
        "the test's file; options are those of `tinyml.deploy`.",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses a board on each that is asked for."""
    if "tinyml_board" not in metafunc.fixturenames:
        return
    if any("tinyml_board" in str(mark.args[:1]) for mark in metafunc.definition.iter_markers("parametrize")):
        return
    mark = metafunc.definition.get_closest_marker("tinyml")
    boards = mark.kwargs.get("board") if mark is not None else None
    boards = boards or metafunc.config.getoption("tinyml_board") or _BOARD
    names = [boards] if isinstance(boards, str) else list(boards)
    # The scope lets pytest put tests of the same board beside each other; its emulator goes on running meanwhile.
    metafunc.parametrize("tinyml_board", names, indirect=True, scope="session")


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the device unless the next test may use it: an emulator that waits takes a whole core."""
    deployed = sys.modules.get("tinyml.deployed")
    if deployed is not None and _FIXTURES & _fixtures(item) and not _FIXTURES & _fixtures(nextitem):
        deployed.end_running()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show an error of tinyml as its sentence and the next step instead of a traceback through tinyml."""
    report = yield
    errors = sys.modules.get("tinyml.errors")
    if errors is not None and call.excinfo is not None and report.failed and _FIXTURES & _fixtures(item):
        error = call.excinfo.value
        if isinstance(error, errors.TinymlError):
            report.longrepr = f"Error: {error}" + (f"\nNext:  {error.hint}" if error.hint else "")
    return report


def _fixtures(item: pytest.Item | None) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


class _Deployments:
    """All that is deployed in a session, each once; where builds and records lie."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._known: dict[tuple[Deployment, int], Deployed] = {}

    def get(self, deployment: "Deployment") -> "Deployed":
        """Return the model that is deployed so, the same one each time."""
        from tinyml.deployed import Deployed

        model = deployment.model
        key = deployment, model.stat().st_mtime_ns if model.exists() else 0  # a test may write models of its own
        if key not in self._known:
            kept = self._config.getoption("tinyml_records")
            records = None if kept is None else self._config.invocation_params.dir / kept
            self._known[key] = Deployed(deployment, self._builds(), records)
        return self._known[key]

    def _builds(self) -> Path:
        if given := self._config.getoption("tinyml_cache"):
            return self._config.invocation_params.dir / str(given)
        cache = getattr(self._config, "cache", None)  # -p no:cacheprovider leaves it out
        return Path(tempfile.gettempdir()) / "tinyml-pytest" if cache is None else cache.mkdir("tinyml")

    def close(self) -> None:
        """End all devices."""
        for deployed in self._known.values():
            deployed.close()


@pytest.fixture(scope="session")
def _tinyml_deployments(pytestconfig: pytest.Config) -> Iterator[_Deployments]:
    deployments = _Deployments(pytestconfig)
    yield deployments
    deployments.close()


@pytest.fixture
def tinyml_board(request: pytest.FixtureRequest) -> str:
    """The board that the test runs on: its marker's, or each of those that --tinyml-board gives."""
    given = request.config.getoption("tinyml_board") or [_BOARD]
    return str(getattr(request, "param", given[0]))


@pytest.fixture
def tinyml_deploy(
    request: pytest.FixtureRequest,
    tinyml_board: str,
    _tinyml_deployments: _Deployments,
) -> "Iterator[Callable[..., Deployed]]":
    """A function that takes a model, a path beside the test's file, and options of `tinyml.deploy`.

    What it returns is built once for its content, by whichever process comes first. Its figures become properties
    of the test in JUnit's XML.
    """
    from tinyml.deployed import Deployment, check_options

    used: list[Deployed] = []

    def deploy(model: Path | str, **options: Any) -> "Deployed":
        check_options(options)
        chosen = {
            "board": tinyml_board,
            "target": request.config.getoption("tinyml_target"),
            "engine": request.config.getoption("tinyml_engine"),
            "port": request.config.getoption("tinyml_port"),
            "flash": request.config.getoption("tinyml_flash"),
        }
        for name, value in options.items():
            if name in _PATHS and value is not None:
                value = request.path.parent / value
            chosen[name] = tuple(value) if isinstance(value, list) else value
        deployed = _tinyml_deployments.get(Deployment(request.path.parent / model, **chosen))
        if deployed not in used:
            deployed.seen.clear()
            used.append(deployed)
        return deployed

    yield deploy
    for deployed in used:
        figures = {key: value for seen in deployed.seen for key, value in seen.items()}
        request.node.user_properties += _properties(figures)
        if deployed.deployment.target == "serial":  # another process may wait for the board
            deployed.close()


def _properties(figures: dict[str, Any]) -> list[tuple[str, object]]:
    """Return the figures as properties of a test in JUnit's XML."""
    found: list[tuple[str, object]] = []
    for name, path in _PROPERTIES.items():
        value: Any = figures
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            found.append((f"tinyml.{name}", value))
    return found


@pytest.fixture
def tinyml_deployed(request: pytest.FixtureRequest, tinyml_deploy: "Callable[..., Deployed]") -> "Deployed":
    """The model that the test's marker `tinyml` names, on the board."""
    mark = request.node.get_closest_marker("tinyml")
    if mark is None or len(mark.args) != 1:
        pytest.fail(
            f"{request.node.name} uses a deployed model and does not name one: "
            "@pytest.mark.tinyml('model.tflite', random=20)",
            pytrace=False,
        )
    return tinyml_deploy(mark.args[0], **{key: value for key, value in mark.kwargs.items() if key != "board"})


@pytest.fixture
def tinyml_device(tinyml_deployed: "Deployed") -> "Device":
    """The device of `tinyml_deployed`: `run` sends samples and returns outputs and counts."""
    return tinyml_deployed.device

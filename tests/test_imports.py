"""The one-way data flow, read from the imports themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tinyml

PACKAGE = Path(tinyml.__file__).parent

# Earlier stages first; a module may import from its own group and from those before it.
ORDER = (
    ("defaults", "errors", "version"),
    ("resources", "files", "progress", "schema", "keeper"),
    ("process",),
    ("flatbuffer", "fixedpoint", "render"),
    ("architecture",),
    ("graph", "kernels", "board", "protocol"),
    ("frames", "samples"),
    ("selection",),
    ("importers",),
    ("quantize",),
    ("ops",),
    ("plan",),
    ("emit",),
    ("generate",),
    ("build",),
    ("link",),
    ("run",),
    ("measure",),
    ("doctor", "starter", "trace"),
    ("report",),
    ("pipeline",),
    ("deployed", "replay"),
    ("testing", "pytest_plugin"),
    ("cli",),
    ("__main__",),
)
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Yield the parts of tinyml that the module at `path` imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names = node.module.split(".")
            if names[0] == "tinyml":
                yield from [names[1]] if len(names) > 1 else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("tinyml."))


MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "_data" not in p.parts and p != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_point_to_earlier_stages(path):
    own = LEVEL[part(path)]
    for name in imported(path):
        if name == "__version__":
            continue
        assert LEVEL[name] <= own, f"{part(path)} imports {name}, a later stage"
        assert LEVEL[name] < own or name == part(path), f"{part(path)} imports {name}, a stage beside it"


def test_every_part_has_a_place_in_the_order():
    assert {part(path) for path in MODULES} == set(LEVEL)

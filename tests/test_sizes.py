"""No source file is longer than a person reads at one sitting."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_LINES = 600
FOLDERS = ("tinyml", "templates", "firmware", "tests", "tools")
KINDS = {".py", ".c", ".h", ".j2", ""}  # tools have no suffix

FILES = sorted(
    path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix in KINDS
)


def test_every_folder_has_sources() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_is_too_long(folder: str) -> None:
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in FILES
        if path.is_relative_to(ROOT / folder)
    }
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}

import os
import shutil
import time
from pathlib import Path

import pytest

from tests.build import projects
from tinyml.build import build, objects, toolchain


def compiled(project: Path) -> set[str]:
    """Return the names of the objects that the last build of a project compiled itself."""
    log = (project / ".pio" / "tinyml-build.log").read_text()
    return {Path(line.split()[1]).name for line in log.splitlines() if line.startswith("Compiling ")}


@projects.needs_compiler
def test_projects_share_the_objects_of_their_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    images = [build(projects.write(tmp_path / name, "mps2-an386").path) for name in ("one", "two")]
    assert "tm_startup.o" in compiled(tmp_path / "one")
    assert compiled(tmp_path / "two") == {"main.o"}
    assert images[0].elf.read_bytes() == images[1].elf.read_bytes()
    assert images[1].elf.with_suffix(".map").is_file()

    # A header that changed, and objects that are gone.
    third = projects.write(tmp_path / "three", "mps2-an386").path
    board = third / "lib/tinyml_port/tm_board.h"
    board.write_text(board.read_text() + "\n/* edited */\n")
    build(third)
    assert "tm_startup.o" not in compiled(third)  # which does not include it
    assert "tm_cmsdk.o" in compiled(third)
    shutil.rmtree(toolchain.core_folder() / "objects")
    build(projects.write(tmp_path / "four", "mps2-an386").path)
    assert compiled(tmp_path / "four") == compiled(tmp_path / "one")


def test_objects_of_another_compiler_lie_elsewhere(tmp_path: Path) -> None:
    assert objects.folder(tmp_path, "gcc 12.2") != objects.folder(tmp_path, "gcc 12.3")


def test_the_objects_that_were_not_used_for_longest_go_first(tmp_path: Path) -> None:
    folder = objects.folder(tmp_path, "gcc 12.2") / "AB"
    folder.mkdir(parents=True)
    for age in range(4):
        path = folder / str(age)
        path.write_bytes(bytes(100))
        os.utime(path, (time.time() - age * 24 * 3600,) * 2)
    objects.prune(tmp_path, most_bytes=400)
    assert len(list(folder.iterdir())) == 4
    objects.prune(tmp_path, most_bytes=399)
    assert sorted(path.name for path in folder.iterdir()) == ["0"]
    objects.prune(tmp_path, most_bytes=10)
    assert sorted(path.name for path in folder.iterdir()) == ["0"]  # a build may be about to take it
    objects.prune(tmp_path / "none")

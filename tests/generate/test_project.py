import json
import os
import signal
import time

import pytest

from tinyml.errors import ProjectError
from tinyml.files import write_atomically
from tinyml.generate import project
from tinyml.generate.project import MANIFEST, RECORD, Project, locked

FACTS = {
    "tinyml": "0",
    "model": {"path": "m.tflite", "sha256": ""},
    "board": "b",
    "engine": "e",
    "prefix": "model",
    "build_id": 0,
    "optimize": "balanced",
    "arrangement": "streamed",
    "ram_budget": None,
    "arena_bytes": 0,
    "macs": 0,
}
FILES = {"src/a.c": b"a\n", "lib/x/b.h": b"b\n"}


def test_a_project_is_written_and_opened(tmp_path):
    written = project.write(tmp_path / "p", FILES, FACTS)
    assert (tmp_path / "p/src/a.c").read_bytes() == b"a\n"
    assert Project.load(tmp_path / "p") == written
    assert written.changed() == []


def test_writing_again_replaces_files_and_removes_stale_ones(tmp_path):
    project.write(tmp_path / "p", FILES, FACTS)
    project.write(tmp_path / "p", {"src/a.c": b"new\n"}, FACTS)
    assert (tmp_path / "p/src/a.c").read_bytes() == b"new\n"
    assert not (tmp_path / "p/lib/x/b.h").exists()


def test_an_unchanged_file_is_not_touched(tmp_path):
    project.write(tmp_path / "p", FILES, FACTS)
    before = (tmp_path / "p/src/a.c").stat().st_mtime_ns
    project.write(tmp_path / "p", FILES, FACTS)
    assert (tmp_path / "p/src/a.c").stat().st_mtime_ns == before


def test_edited_files_are_kept_unless_forced(tmp_path):
    project.write(tmp_path / "p", FILES, FACTS)
    (tmp_path / "p/src/a.c").write_text("mine\n")
    with pytest.raises(ProjectError, match=r"edited.*src/a\.c") as caught:
        project.write(tmp_path / "p", FILES, FACTS)
    assert "--force" in caught.value.hint
    assert (tmp_path / "p/src/a.c").read_text() == "mine\n"
    project.write(tmp_path / "p", FILES, FACTS, force=True)
    assert (tmp_path / "p/src/a.c").read_bytes() == b"a\n"


def test_another_folder_is_not_overwritten(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ProjectError, match="is not empty"):
        project.write(tmp_path, FILES, FACTS)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_folders_place_is_named(tmp_path):
    (tmp_path / "p").write_text("")
    with pytest.raises(ProjectError, match="is a file"):
        project.write(tmp_path / "p", FILES, FACTS)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"tinyml": 1}', "null"])
def test_a_broken_manifest_is_one_error(tmp_path, text):
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(ProjectError, match="cannot be read"):
        Project.load(tmp_path)


def test_a_folder_without_manifest_is_no_project(tmp_path):
    with pytest.raises(ProjectError, match="not a project"):
        Project.load(tmp_path)
    with pytest.raises(ProjectError, match="no folder"):
        Project.load(tmp_path / "none")


def test_the_hash_follows_the_sources_and_not_the_build(tmp_path):
    written = project.write(tmp_path / "p", FILES, FACTS)
    before = written.sha256()
    (tmp_path / "p/.pio").mkdir()
    (tmp_path / "p/.pio/x.o").write_bytes(b"x")
    assert written.sha256() == before
    (tmp_path / "p/src/a.c").write_text("b\n")
    assert written.sha256() != before


def test_the_manifest_is_readable_json(tmp_path):
    project.write(tmp_path / "p", FILES, FACTS)
    assert json.loads((tmp_path / "p" / MANIFEST).read_text())["files"].keys() == FILES.keys()


@pytest.mark.parametrize("name", ["a;b", "a$HOME", "a'b", 'a"b', "a&b", "a(b)", "a%b", "a\nb", "a\\b", "a`b"])
def test_a_path_that_a_shell_would_take_apart_is_refused_before_anything_is_written(tmp_path, name):
    with pytest.raises(ProjectError, match="in its path"):
        project.write(tmp_path / name, FILES, FACTS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a b", "ü", "a#b", "a[1]", "x" * 200])
def test_other_paths_are_taken(tmp_path, name):
    project.write(tmp_path / name, FILES, FACTS)


@pytest.mark.parametrize("name", ["../precious.txt", "/etc/passwd", "src/../../x"])
def test_a_manifest_that_names_files_outside_is_refused(tmp_path, name):
    project.write(tmp_path / "p", FILES, FACTS)
    manifest = json.loads((tmp_path / "p" / MANIFEST).read_text())
    manifest["files"][name] = "0" * 64
    (tmp_path / "p" / MANIFEST).write_text(json.dumps(manifest))
    (tmp_path / "precious.txt").write_text("")
    with pytest.raises(ProjectError, match="no file of the project"):
        project.write(tmp_path / "p", FILES, FACTS, force=True)
    assert (tmp_path / "precious.txt").exists()


def test_a_project_that_was_not_written_to_its_end_can_be_written_again(tmp_path, monkeypatch):
    def full(path, data):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(project, "write_atomically", _after(1, full))
        with pytest.raises(OSError, match="No space"):
            project.write(tmp_path / "p", FILES, FACTS)
    with pytest.raises(ProjectError, match="not written to its end"):
        Project.load(tmp_path / "p")
    assert project.write(tmp_path / "p", FILES, FACTS).changed() == []


def _after(count, instead):
    """Return `write_atomically` for the first `count` calls, and `instead` for those that follow."""
    calls = iter([write_atomically] * count)
    return lambda path, data: next(calls, instead)(path, data)


def test_a_record_of_other_files_does_not_stay(tmp_path):
    project.write(tmp_path / "p", FILES, FACTS)
    (tmp_path / "p" / RECORD).write_text("{}")
    project.write(tmp_path / "p", FILES, FACTS)
    assert (tmp_path / "p" / RECORD).exists()
    project.write(tmp_path / "p", FILES | {"src/a.c": b"other\n"}, FACTS)
    assert not (tmp_path / "p" / RECORD).exists()


def test_two_at_once_in_one_folder_do_not_meet(tmp_path):
    with locked(tmp_path / "p"), pytest.raises(ProjectError, match="another tinyml"), locked(tmp_path / "p"):
        pass
    with locked(tmp_path / "p"), locked(tmp_path / "q"):
        pass


def test_a_lock_ends_while_a_forked_process_still_has_its_file(tmp_path):
    with locked(tmp_path / "p"):
        child = os.fork()  # as another thread does on its way to a program
        if child == 0:
            try:
                time.sleep(30)
            finally:
                os._exit(0)
    try:
        with locked(tmp_path / "p"):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

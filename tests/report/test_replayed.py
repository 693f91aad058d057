import copy

import pytest

from tests.report import records
from tinyml.report import replayed, terminal


@pytest.fixture
def record(tmp_path):
    desk = {"interpreter": "tensorflow 2", "agree": 3}
    return records.make(records.project(tmp_path), desk=desk, labels={"top1_correct": 2})


def changed(record, *path_and_value):
    *path, key, value = path_and_value
    made = copy.deepcopy(record)
    at = made
    for name in path:
        at = at[name]
    at[key] = value
    return made


def test_a_record_is_the_same_as_itself(record):
    told = replayed.compare(record, record)
    assert told["same"]
    assert (told["differing"], told["not_replayed"]) == ([], [])
    assert all(row["same"] for row in told["figures"] + told["versions"])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (("hashes", "image", "00" * 32), "image"),
        (("hashes", "samples", "00" * 32), "samples sent"),
        (("exact", 2), "bit-exact"),
        (("instructions", "max", 31), "instructions, max"),
        (("layers", 0, "instructions", 8), "instructions of 0 RELU (t1)"),
        (("flash", "code", 1), "code (bytes)"),
        (("labels", "top1_correct", 3), "top-1 as labelled"),
    ],
)
def test_whatever_differs_is_named(record, path, name):
    told = replayed.compare(record, changed(record, *path))
    assert not told["same"]
    assert told["differing"] == [name]


def test_another_version_is_told_and_decides_nothing(record):
    told = replayed.compare(record, changed(record, "versions", "compiler", "gcc 13"))
    assert told["same"]
    assert [row["tool"] for row in told["versions"] if not row["same"]] == ["compiler"]


def test_what_could_not_be_measured_here_is_named(record):
    told = replayed.compare(record, record | {"desk": None, "labels": None})
    assert told["same"]
    assert told["not_replayed"] == ["same on the desk", "top-1 as labelled"]


def test_people_see_short_hashes_and_the_verdict(record, capsys):
    terminal.show_replay(replayed.compare(record, record), json=False)
    shown = capsys.readouterr().out
    assert "abababababababab..." in shown
    assert "Every figure and the image's hash came out the same." in shown
    terminal.show_replay(replayed.compare(record, changed(record, "hashes", "image", "00" * 32)), json=False)
    assert "Not the same: image." in capsys.readouterr().out

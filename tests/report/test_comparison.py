import json

import pytest

from tinyml.errors import ProjectError
from tinyml.report import comparison


def record(instructions: int, code: int, **changes):
    return {
        "model": {"path": "m.tflite", "sha256": ""},
        "board": "mps2-an386",
        "engine": "compiled",
        "samples": 20,
        "exact": 20,
        "instructions": {"min": instructions, "median": instructions, "max": instructions},
        "arena_bytes": 100,
        "static_bytes": 4,
        "stack_bytes": 280,
        "flash": {"code": code, "constants": 1000, "total": code + 1000},
    } | changes


def rows(first, second):
    return {row["figure"]: row for row in comparison.compare(first, second)["comparison"]}


def test_figures_stand_beside_each_other_with_their_ratio():
    found = rows(record(1000, 400), record(1500, 300, board="netduinoplus2"))
    assert found["instructions"] == {"figure": "instructions", "first": 1000, "second": 1500, "ratio": 1.5}
    assert found["code (bytes)"]["ratio"] == 0.75
    assert found["board"] == {"figure": "board", "first": "mps2-an386", "second": "netduinoplus2", "ratio": None}


def test_a_device_without_counts_has_no_ratio():
    assert rows(record(1000, 400), record(1, 1) | {"instructions": None})["instructions"]["ratio"] is None


def test_a_record_is_found_in_its_project(tmp_path):
    (tmp_path / "record.json").write_text(json.dumps(record(1, 1)))
    assert comparison.load(tmp_path) == comparison.load(tmp_path / "record.json") == record(1, 1)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"model": 1}'])
def test_what_is_no_record_is_one_error(tmp_path, text):
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(ProjectError, match="no record"):
        comparison.load(tmp_path / "r.json")
    with pytest.raises(ProjectError, match="no record"):
        comparison.load(tmp_path / "missing.json")

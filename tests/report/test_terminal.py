import json

import pytest

from tests.report import records
from tinyml.report import terminal


@pytest.fixture
def project(tmp_path):
    return records.project(tmp_path)


def test_facts_are_lines_and_lists_of_facts_are_tables(capsys):
    terminal.show(
        {
            "arena_bytes": 12345,
            "ratio": 0.5,
            "none": None,
            "fits": True,
            "layers": [{"layer": "0 [x]", "macs": 1000}],
        },
        json=False,
    )
    shown = capsys.readouterr().out
    assert ["arena", "(bytes)", "12,345"] in [line.split() for line in shown.splitlines()]
    assert ["0", "[x]", "1,000"] in [line.split() for line in shown.splitlines()]
    assert ["none", "-"] in [line.split() for line in shown.splitlines()]
    assert ["fits", "yes"] in [line.split() for line in shown.splitlines()]


def test_json_is_the_facts_and_nothing_else(capsys, tmp_path):
    facts = {"arena_bytes": 12345, "layers": [{"layer": "0 RELU"}], "none": None}
    terminal.show(facts, json=True)
    assert json.loads(capsys.readouterr().out) == facts


def test_the_closing_table_says_what_was_proven(project, capsys):
    desk = {"interpreter": "ai-edge-litert 2", "agree": 2}
    record = records.make(project, desk=desk, float_model={"top1_agree": 3}, labels={"top1_correct": 1})
    terminal.show_record(record, project.path, json=False)
    shown = capsys.readouterr().out
    for text in (
        "relu.tflite on mps2-an386 (qemu), compiled",
        "3 of 3",
        "2 of 3 (ai-edge-litert 2)",
        "1 of 3",
        "min 10  median 20  max 30",
        "code 2,000  constants 256  total 2,300 bytes",
        str(project.path / "record.json"),
    ):
        assert text in shown
    assert "difference" not in shown
    assert terminal.exit_code(record) == 0


def test_the_closing_table_names_the_first_difference(project, capsys):
    record = records.make(project, records.DIFFERING)
    terminal.show_record(record, project.path, json=False)
    shown = capsys.readouterr().out
    assert "2 of 3" in shown
    assert (
        "The first difference: sample 1, layer 0 RELU (t1), element 4: 8 instead of 7 (2 elements differ)."
        in shown
    )
    assert terminal.exit_code(record) == 1


def test_a_record_as_json_is_the_record(project, capsys):
    record = records.make(project)
    terminal.show_record(record, project.path, json=True)
    assert json.loads(capsys.readouterr().out) == record


def test_progress_is_told_on_standard_error_alone(capsys):
    progress = terminal.progress()
    progress.started("build")
    progress.advanced("build", 1, 2)
    progress.ended("build", "12 bytes [flash]")
    progress.started("run")
    progress.failed("run")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "12 bytes [flash]" in shown.err
    assert "-- run" in shown.err


def test_machines_hear_no_progress(capsys):
    progress = terminal.progress(json=True)
    progress.started("build")
    progress.ended("build", "12 bytes")
    assert capsys.readouterr() == ("", "")

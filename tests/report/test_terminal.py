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


def test_the_closing_table_says_what_was_rewritten(project, capsys):
    record = records.make(project)
    terminal.show_record(record, project.path, json=False)
    assert "found nothing" in capsys.readouterr().out
    saved = {"macs": 5160, "constant_bytes": 1237, "arena_bytes": 48}
    done = [
        {"name": "channels", "done": ["a", "b"], "saved": saved},
        {"name": "unused", "done": ["c"], "saved": saved},
    ]
    terminal.show_record({**record, "rewritings": done}, project.path, json=False)
    text = "channels (2), unused (1): 10,320 MACs, 2,474 bytes of arrays, 96 bytes of the arena saved"
    assert text in capsys.readouterr().out
    terminal.show_record({**record, "engine": "interpreter"}, project.path, json=False)
    assert "rewriting" not in capsys.readouterr().out


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


def test_boards_with_the_longest_names_are_a_line_each(capsys):
    board = {
        "name": "xiao-nrf52840-sense",
        "cpu": "cortex-m0plus",
        "clock_hz": 133_333_333,
        "ram_bytes": 263 << 10,
        "flash_bytes": 2 << 20,
        "targets": [{"target": name, "installed": name == "serial"} for name in ("qemu", "renode", "serial")],
        "evidence": [
            {"level": "built", "with": "arm-none-eabi-gcc 12.2.1", "date": "2026-10"},
            {"level": "emulated", "with": "Renode 1.16.1, arm-none-eabi-gcc 12.2.1", "date": "2026-11"},
        ],
    }
    unproven = {
        **board,
        "name": "new",
        "evidence": [{"level": "generated", "with": "", "date": ""}],
        "targets": [],
    }
    built = {**board, "name": "built", "evidence": board["evidence"][:1]}
    terminal.show_boards({"boards": [board, unproven, built]}, json=False)
    lines = capsys.readouterr().out.splitlines()
    assert (
        "xiao-nrf52840-sense cortex-m0plus 133 263K 2M (qemu) (renode) emulated Renode 1.16 2026-11".split()
        in [line.split() for line in lines]
    )
    assert "new cortex-m0plus 133 263K 2M - generated".split() in [line.split() for line in lines]
    assert "built cortex-m0plus 133 263K 2M (qemu) (renode) built gcc 12.2 2026-10".split() in [
        line.split() for line in lines
    ]
    assert max(len(line.rstrip()) for line in lines) <= 100


def test_a_region_tells_what_limits_it():
    region = {
        "name": "dtcm",
        "kind": "ram",
        "origin": 0x20000000,
        "length": 64 << 10,
        "reserved": 256,
        "reserved_for": "the bootloader",
        "wait_states": 1,
        "dma": False,
        "executable": False,
        "mapped": False,
        "note": "fast",
    }
    assert terminal._region_row(region) == {
        "region": "dtcm",
        "kind": "ram",
        "address": "0x20000000",
        "size": "64K",
        "what to know": "256 bytes reserved for the bootloader; 1 wait state; no DMA; not executable; "
        "not mapped; fast",
    }

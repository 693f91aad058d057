"""`tinyml compare` as a gate: exit codes, the table, JSON."""

import json

import pytest

from tests.report.test_comparison import record
from tinyml.cli.application import run

NEW = record(10_300, 400) | {"exact": 19}


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.json").write_text(json.dumps(record(10_000, 400)))
    (tmp_path / "new.json").write_text(json.dumps(NEW))


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        ([], 0),
        (["instructions > +3%", "exact < 95%"], 0),
        (["instructions > +2%"], 1),
        (["instructions > +3%", "exact < 100%"], 1),
        (["labels < 90%"], 2),
        (["speed > +2%"], 2),
    ],
)
def test_a_breach_is_exit_code_1_and_a_wrong_condition_2(capsys, conditions, code):
    assert run(["compare", "old.json", "new.json", *(f"--fail-if={text}" for text in conditions)]) == code


@pytest.mark.usefixtures("files")
def test_the_table_names_the_condition_its_figures_and_the_breach(capsys):
    run(["compare", "old.json", "new.json", "--fail-if", "instructions > +2%", "--fail-if", "code > +0"])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "instructions > +2% 10,000 10,300 +3.00% 10,200 BREACH" in lines
    assert "code > +0 400 400 +0.00% 400 ok" in lines
    assert "breaches 1" in lines


@pytest.mark.usefixtures("files")
def test_machines_get_the_same(capsys):
    assert run(["compare", "old.json", "new.json", "--json", "--fail-if", "exact < 100%"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["breaches"], told["conditions"][0]["second"]) == (1, 19)
    assert told["comparison"][5] == {"figure": "instructions", "first": 10_000, "second": 10_300, "ratio": 1.03}

import pytest

from tests.report.test_comparison import record
from tinyml.errors import InputError
from tinyml.report import gate

OLD = record(10_000, 400) | {"desk": {"interpreter": "x", "agree": 18}, "labels": None}


def breached(text: str, new, old=OLD) -> bool:
    return gate.check(gate.parse(text), old, new).breached


@pytest.mark.parametrize(
    ("condition", "holds_at", "ends_at"),
    [
        ("instructions > +2%", 10_201, 10_200),
        ("instructions > +0.05%", 10_006, 10_005),
        ("instructions >= +2%", 10_200, 10_199),
        ("instructions<-2%", 9_799, 9_800),
        ("instructions > +50", 10_051, 10_050),
        ("instructions > 12,000", 12_001, 12_000),
        (" instructions.max > 12_000 ", 12_001, 12_000),
    ],
)
def test_a_condition_holds_from_its_limit_on_and_not_before(condition, holds_at, ends_at):
    assert breached(condition, record(holds_at, 400))
    assert not breached(condition, record(ends_at, 400))


def test_samples_are_counted_as_a_share_of_the_second_records():
    assert breached("exact < 100%", OLD | {"exact": 19})
    assert not breached("exact < 100%", OLD | {"samples": 10, "exact": 10})
    assert not breached("desk < 90%", OLD)
    assert breached("desk < 90.1%", OLD)


def test_any_growth_is_more_than_a_share_of_nothing():
    nothing = OLD | {"static_bytes": 0}
    assert breached("statics > +2%", OLD, nothing)
    assert not breached("statics > +2%", nothing, nothing)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not understood"),
        ("instructions", "not understood"),
        ("instructions > 2 %% ", "not understood"),
        ("instructions == 2", "not understood"),
        ("instructions > -", "not understood"),
        ("instruction > +2%", "no figure of a record: 'instruction'"),
        ("instructions > 2%", "takes a share of samples, and instructions does not count them"),
    ],
)
def test_what_is_no_condition_is_one_error_with_the_form(text, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        gate.parse(text)
    assert "instructions" in caught.value.hint


@pytest.mark.parametrize("text", ["labels < 90%", "instructions > 5", "instructions > +2%"])
def test_a_figure_that_was_not_measured_cannot_be_checked(text):
    with pytest.raises(InputError, match="the second record has no"):
        breached(text, OLD | {"instructions": None})


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("instructions > +0.005%", 10_000),
        ("instructions >= +0.005%", 10_001),
        ("instructions < +0.005%", 10_001),
        ("instructions <= +0.005%", 10_000),
    ],
)
def test_the_limit_is_told_as_the_whole_number_that_decides(text, limit):
    [row] = gate.facts([gate.check(gate.parse(text), OLD, OLD)])["conditions"]
    assert row["limit"] == limit


def test_the_results_are_a_table():
    new = record(10_300, 400)
    told = gate.facts([gate.check(gate.parse(t), OLD, new) for t in ("instructions > +2%", "exact < 100%")])
    assert told["breaches"] == 1
    assert told["conditions"] == [
        {
            "fail if": "instructions > +2%",
            "first": 10_000,
            "second": 10_300,
            "change": "+3.00%",
            "limit": 10_200,
            "result": "BREACH",
        },
        {
            "fail if": "exact < 100%",
            "first": None,
            "second": 20,
            "change": None,
            "limit": 20,
            "result": "ok",
        },
    ]

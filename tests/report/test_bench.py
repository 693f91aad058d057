import dataclasses
from pathlib import Path

import pytest

from tinyml.errors import InputError
from tinyml.measure.bench import Figures, LayerFigures
from tinyml.report.bench import Comparison, Peer, Peers, facts, layer_table, means, table

FIGURES = Figures(
    model="m.tflite",
    board="mps2-an386",
    core="cortex-m4",
    engine="compiled",
    samples=3,
    macs=1000,
    instructions=(1990, 2000, 2050),
    cycles=3000,
    arena=400,
    statics=4,
    stack=100,
    code=5000,
    constants=900,
    flash=5900,
    parameter_bytes=1000,
    model_bytes=2000,
    compiler="gcc 12.2",
)
PEER = Peer("TFLM", 4000, 6000, 800, 400, 20000, 1500, "closed_l4r5_m4_120mhz")


def test_ratios_are_ours_over_theirs():
    assert Comparison(FIGURES, PEER).ratios == {
        "instructions": 0.5,
        "cycles": 0.5,
        "cycles_published": 2.0,
        "arena": 0.5,
        "stack": 0.25,
        "code": 0.25,
        "constants": 0.9,
        "flash": pytest.approx(5900 / 22000),
    }


def test_what_is_not_known_has_no_ratio():
    found = Comparison(dataclasses.replace(FIGURES, cycles=None), Peer()).ratios
    assert [key for key, value in found.items() if value is not None] == ["constants"]


def test_means_are_geometric_and_need_every_model():
    other = dataclasses.replace(FIGURES, model="n.tflite", instructions=(8000,))
    comparisons = [Comparison(FIGURES, PEER), Comparison(other, dataclasses.replace(PEER, cycles=None))]
    found = means(comparisons)["mps2-an386", "compiled", ""]
    assert found["instructions"] == pytest.approx(1.0)  # of a half and two
    assert found["cycles"] is None


def test_a_table_shows_ours_theirs_the_ratio_and_the_means():
    header, *lines = table([Comparison(FIGURES, PEER)])
    column = header.index("instructions")
    assert [line[column] for line in lines] == ["2,000", "4,000", "0.50", "", "", "0.50", ""]
    assert [line[header.index("a MAC")] for line in lines[:2]] == ["2.00", "4.00"]
    assert [line[header.index("flash")] for line in lines[:2]] == ["5,900", "22,000"]
    assert [line[0] for line in lines if line[0]] == ["m", "geometric mean"]
    assert {len(line) for line in lines} == {len(header)}


def test_without_peers_there_is_one_line_a_model():
    assert len(table([Comparison(FIGURES, None)])) == 2
    assert facts([Comparison(FIGURES, None)])["models"][0]["instructions"] == {
        "min": 1990,
        "median": 2000,
        "max": 2050,
    }


def test_goals_of_a_layer_stand_together():
    layers = (LayerFigures("0", 100, 250, None, 80, 20, 400), LayerFigures("1", 100, 250, None))
    size, speed = (dataclasses.replace(FIGURES, layers=layers, optimize=goal) for goal in ("size", "speed"))
    lines = layer_table([Comparison(size, None), Comparison(speed, None)])[1:]
    goals = [("0", "compiled, size"), ("0", "compiled, speed"), ("1", "compiled, size"), ("1", "compiled, speed")]
    assert [(line[3], line[2]) for line in lines] == goals
    assert [line[-3:] for line in lines[1:3]] == [("80", "20", "400"), ("", "", "")]


def test_layers_have_a_table_of_their_own():
    layers = (LayerFigures("0 CONV_2D (a)", 100, 250, None),)
    comparison = Comparison(dataclasses.replace(FIGURES, layers=layers), None)
    assert layer_table([comparison])[1] == (
        "m",
        "mps2-an386",
        "compiled",
        "0 CONV_2D (a)",
        "100",
        "250",
        "2.50",
        *("", "", "", ""),
    )


def test_the_known_peers_are_found_by_core():
    peers = Peers.load(Path(__file__).parents[2] / "tools" / "peers.toml")
    m4, m33 = peers.of("kws_ref_model", "cortex-m4"), peers.of("kws_ref_model", "cortex-m33")
    assert (m4.instructions, m4.cycles) == (7_697_671, 9_150_000)
    assert (m4.published, m4.published_name) == (5_210_000, "x_cube_ai_10_2_l4r5_m4_120mhz")
    assert (m33.instructions, m33.cycles, m33.published) == (m4.instructions, m4.cycles, 4_640_000)
    riscv = peers.of("kws_ref_model", "rv32imac")
    assert (riscv.name, riscv.instructions, riscv.arena) == ("TFLM, reference kernels", 42_010_038, None)
    assert peers.of("kws_ref_model", "cortex-m0plus").published == 30_400_000
    assert peers.of("kws_ref_model", "cortex-m85") == Peer()  # TFLM's published result is no closed engine's
    assert peers.of("another", "cortex-m4") == Peer()


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path):
    (tmp_path / "p.toml").write_text("[")
    with pytest.raises(InputError, match=r"p\.toml"):
        Peers.load(tmp_path / "p.toml")

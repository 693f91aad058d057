"""A fixed small sample of the proof; `tools/check_ops` runs large ones."""

import dataclasses
from functools import cache
from typing import Any

import pytest

from tests import oracle
from tests.emulated import needs_chain
from tests.exactness import drawing
from tests.exactness.check import Check
from tests.exactness.engines import ENGINES
from tinyml import board as boards
from tinyml.graph import read
from tinyml.ops import REGISTRY, mul

SEED = 5
OF_A_BOARD = 10  # one row of so many runs on an emulated board; `tools/check_ops --board` runs all


@cache
def check(engine: str) -> Check:
    """Return a check on the host; the interpreter is built once."""
    return Check(engine)


def all_exact(checking: Check, sources: list[drawing.Source], count: int) -> None:
    outcome = checking.run(sources, SEED, count)
    assert not outcome.failures, [(f.source.label, f.reason) for f in outcome.failures]
    for label, found in outcome.counts.items():
        assert found.exact == found.samples > 0, label


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_models_of_every_exact_row_are_tflms(engine: str) -> None:
    sources = drawing.sources()
    all_exact(check(engine), sources, 2 * len(sources))


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_composed_models_are_tflms(engine: str) -> None:
    all_exact(check(engine), [drawing.composed()], 6)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_every_output_of_a_layer_is_compared(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = drawing.sources("SPLIT")[0]
    drawn = (case for _, cases in drawing.draw(source, SEED, 50) for case in cases)
    case = next(case for case in drawn if len(read(case.model).outputs) == 3)
    assert check(engine).verdict(source, case) == ""
    right = oracle.run_all

    def wrong(*asked: Any) -> list[oracle.Values]:
        found = right(*asked)
        found[1][-1] = ~found[1][-1]  # after the model's three outputs come the layer's
        return found

    monkeypatch.setattr(oracle, "run_all", wrong)
    told = check(engine).verdict(source, case)
    assert told.startswith("sample 1: 0 SPLIT")
    assert told.endswith(", its output 2, differs")


@needs_chain
@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_models_on_an_emulated_board_are_tflms(engine: str) -> None:
    sources = drawing.sources()[::OF_A_BOARD]
    all_exact(Check(engine, boards.load("mps2-an386")), sources, len(sources))


def test_the_same_seed_draws_the_same_models() -> None:
    def models(seed: int) -> list[bytes]:
        source = drawing.composed()
        return [case.model for _, cases in drawing.draw(source, seed, 5) for case in cases]

    assert models(1) == models(1) != models(2)


def test_a_failure_is_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(graph, operator):
        (call,) = (lowered := mul.lower(graph, operator)).calls
        if call.kernel != "mul_s8":
            return lowered
        output = graph.tensors[operator.outputs[0]]
        params = {**call.params, "output_offset": call.params["output_offset"] + (output.elements > 3)}
        return dataclasses.replace(lowered, calls=(dataclasses.replace(call, params=params),))

    monkeypatch.setitem(REGISTRY, "MUL", dataclasses.replace(REGISTRY["MUL"], lower=wrong))
    outcome = Check().run(drawing.sources("MUL"), SEED, 20)
    assert outcome.failed > 0
    assert outcome.counts["MUL int8"].exact < outcome.counts["MUL int8"].samples
    assert all("output 0 differs" in failure.reason for failure in outcome.failures)
    assert min(len(failure.case.samples[0][0].reshape(-1)) for failure in outcome.failures) <= 12

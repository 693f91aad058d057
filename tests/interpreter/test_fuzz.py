"""A bounded run of damaged models; `tools/fuzz_reader --count N` makes long ones."""

from pathlib import Path

from tests.interpreter import fuzz
from tests.interpreter.program import ARENA, OK

COUNT = 20_000


def test_damaged_models_are_refused_or_run_within_bounds(tmp_path: Path) -> None:
    found = fuzz.fuzz(fuzz.compile_fuzzer(tmp_path), COUNT, seed=1)
    assert not found.crashes, found.crashes[0][1]
    assert set(found.errors) == set(range(OK, ARENA + 1)) - {2}  # every reason but the identifier, which stays

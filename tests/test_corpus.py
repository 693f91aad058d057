"""Models that once went wrong, in tests/corpus/: each is refused in one sentence or computes TFLM's bits.

`tools/check_ops` keeps what it finds there, with samples beside the model. Damaged models, which can end TFLM's
process, have none and are only read, by both readers; `tools/fuzz_graph` found them, one for each thing that the
host's reader can say.
"""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from tests import hostile
from tests.emulated import needs_chain
from tests.exactness.check import Check
from tests.exactness.drawing import Source
from tests.exactness.engines import ENGINES
from tests.interpreter.program import program
from tests.ops.single import Case
from tinyml import board as boards
from tinyml.graph import read

SOURCE = Source("corpus", "", st.nothing())
CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.tflite"))
RUN = [path for path in CORPUS if path.with_suffix(".npz").is_file()]


def samples(path: Path, inputs: int) -> tuple[tuple[np.ndarray, ...], ...]:
    with np.load(path, allow_pickle=False) as found:
        count = len(found.files) // inputs
        return tuple(tuple(found[f"sample{i}_input{k}"] for k in range(inputs)) for i in range(count))


def case(path: Path) -> Case:
    data = path.read_bytes()
    return Case(data, samples(path.with_suffix(".npz"), len(read(data).inputs)))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_model_that_once_went_wrong(path: Path) -> None:
    data = path.read_bytes()
    with hostile.time_limit():
        hostile.answer(data)
    program().run(data)
    if not path.with_suffix(".npz").is_file():
        return
    for engine in ENGINES:
        assert Check(engine).verdict(SOURCE, case(path)) == ""


@needs_chain
@pytest.mark.parametrize("engine", ["compiled", pytest.param("interpreter", marks=pytest.mark.long)])
@pytest.mark.parametrize("path", RUN, ids=lambda path: path.stem)
def test_a_model_that_once_went_wrong_is_tflms_on_an_emulated_board(path: Path, engine: str) -> None:
    assert Check(engine, boards.load("mps2-an386")).verdict(SOURCE, case(path)) == ""

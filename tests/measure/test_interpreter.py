import dataclasses
import importlib.util
import subprocess
import sys
import zlib

import numpy as np
import pytest

from tests import oracle, small_models
from tests.ops.test_svdf import svdf
from tests.tflite import Builder
from tinyml import graph
from tinyml.errors import ModelError
from tinyml.measure.interpreter import desk_available, oracle_available, run_desk, run_oracle

needs_oracle = pytest.mark.skipif(not oracle_available(), reason="tflite-micro is not installed")
needs_desk = pytest.mark.skipif(not desk_available(), reason="no desktop interpreter is installed")


@pytest.fixture(scope="module")
def model():
    return graph.read(small_models.classifier())


def samples(count: int) -> np.ndarray:
    return np.random.default_rng(2).integers(-128, 128, (count, 6, 6, 2)).astype(np.int8)


@needs_oracle
def test_the_child_answers_as_the_interpreter_in_this_process_does(model):
    given = samples(5)
    answer = run_oracle(model, [given], tensors=[3, 6], values=True)
    for n, sample in enumerate(given):
        assert (oracle.run(model.data, [sample[np.newaxis]])[0] == answer.outputs[0][n]).all()
        features = oracle.run(model.data, [sample[np.newaxis]], [3])[0]
        assert (features == answer.tensors[3][n]).all()
        assert answer.digests[n, 0] == zlib.crc32(features.tobytes())
    assert answer.digests.shape == (5, 2)


@pytest.mark.parametrize(
    "run", [pytest.param(run_oracle, marks=needs_oracle), pytest.param(run_desk, marks=needs_desk)]
)
def test_every_sample_begins_with_the_first_state(run):
    rng = np.random.default_rng(0)
    # Of an int8 state, which TFLM takes, and without RELU the desk makes nothing.
    data = svdf(rng, batches=1, state_type="int16", state_factor=20.0, output_factor=1e-5)
    given = np.repeat(rng.integers(-128, 128, (2, 1, 5)).astype(np.int8), 3, axis=0)
    answer = run(graph.read(data), [given])
    (outputs,) = answer if isinstance(answer, tuple) else answer.outputs
    for n, sample in enumerate(given):
        assert (outputs[n] == outputs[n - n % 3]).all()
        if run is run_oracle:
            assert (oracle.run(data, [sample])[0] == outputs[n]).all()


@needs_oracle
def test_a_model_that_breaks_the_interpreter_breaks_only_the_child(model):
    # TFLM trusts tensor indices, so a wild one kills it; our reader refuses such a file before TFLM sees it.
    wild = Builder()
    wild.operator("RELU", [100_000_000], [wild.tensor([1, 6, 6, 2], scale=0.1)])
    with pytest.raises(ModelError, match="died of the model with signal"):
        run_oracle(dataclasses.replace(model, data=wild.build([0], [0])), [samples(1)])


@needs_oracle
def test_what_the_interpreter_refuses_is_told_in_one_line(model):
    with pytest.raises(ModelError, match="refuses the model") as caught:
        run_oracle(dataclasses.replace(model, data=b"\0" * 100), [samples(1)])
    assert "\n" not in str(caught.value)


@needs_desk
def test_the_desk_answers_each_sample(model):
    (outputs,) = run_desk(model, [samples(3)])
    assert outputs.shape == (3, 1, 4)


DESK = """
import sys
import numpy as np
if sys.argv[1] != "ai_edge_litert":
    sys.modules["ai_edge_litert"] = None  # as where it is not installed
from tinyml.measure import interpreter
print(interpreter.desk_name())
answer = interpreter._desk_outputs(open(sys.argv[2], "rb").read(), [[row[None]] for row in np.load(sys.argv[3])])
print(*(value for outputs in answer for value in outputs["output0"].ravel()))
"""


@needs_desk
@pytest.mark.parametrize("package", ["ai_edge_litert", "tensorflow"])
def test_either_package_is_a_desk(model, package, tmp_path):
    pytest.importorskip("ai_edge_litert")
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("tensorflow is not installed")
    path, given = tmp_path / "m.tflite", tmp_path / "given.npy"
    path.write_bytes(model.data)
    np.save(given, samples(3))
    command = [sys.executable, "-c", DESK, package, path, given]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    name, answer = done.stdout.splitlines()
    assert name.startswith(package.replace("_", "-"))
    assert [int(value) for value in answer.split()] == run_desk(model, [samples(3)])[0].ravel().tolist()

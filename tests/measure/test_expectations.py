import zlib

import numpy as np
import pytest

from tests import oracle, small_models
from tinyml import graph
from tinyml import plan as plans
from tinyml.errors import ProjectError
from tinyml.generate.project import EXPECTATIONS
from tinyml.measure.expectations import Expectations, expect
from tinyml.measure.interpreter import oracle_available


@pytest.fixture(scope="module")
def plan():
    return plans.make(graph.read(small_models.relu()))


def expectations(plan: plans.Plan) -> Expectations:
    inputs = np.arange(-12, 12, dtype=np.int8).reshape(3, 1, 8)
    outputs = np.maximum(inputs, 0)
    digests = np.array([[zlib.crc32(row.tobytes())] for row in outputs], np.uint32)
    return Expectations((inputs,), (outputs,), digests, plan.graph.sha256, "by hand")


def test_what_is_saved_is_loaded(plan, tmp_path):
    saved = expectations(plan)
    saved.save(tmp_path)
    loaded = Expectations.load(tmp_path, plan)
    assert len(loaded) == 3
    for ours, theirs in zip(saved.inputs + saved.outputs, loaded.inputs + loaded.outputs, strict=True):
        assert ours.dtype == theirs.dtype
        assert (ours == theirs).all()
    assert (saved.layer_digests == loaded.layer_digests).all()
    assert loaded.layer_digests.dtype == np.uint32
    assert (loaded.model_sha256, loaded.oracle) == (plan.graph.sha256, "by hand")


def test_equal_expectations_are_equal_files(plan, tmp_path):
    for name in ("a", "b"):
        expectations(plan).save(tmp_path / name)
    assert (tmp_path / "a" / EXPECTATIONS).read_bytes() == (tmp_path / "b" / EXPECTATIONS).read_bytes()


def test_a_project_without_expectations_is_told_how_to_get_them(plan, tmp_path):
    with pytest.raises(ProjectError, match="has no recorded expectations") as caught:
        Expectations.load(tmp_path, plan)
    assert "--random" in caught.value.hint


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "another array"])
def test_a_damaged_file_is_one_error(plan, tmp_path, damage):
    expectations(plan).save(tmp_path)
    path = tmp_path / EXPECTATIONS
    if damage == "another array":
        np.savez(path, outputs=np.zeros(3))
    else:
        data = path.read_bytes()
        path.write_bytes({"empty": b"", "text": b"no arrays", "cut": data[: len(data) // 2]}[damage])
    with pytest.raises(ProjectError, match="cannot be read"):
        Expectations.load(tmp_path, plan)


def test_pickled_objects_are_never_loaded(plan, tmp_path):
    np.savez(tmp_path / EXPECTATIONS, input0=np.array([{}], object))
    with pytest.raises(ProjectError, match="cannot be read"):
        Expectations.load(tmp_path, plan)


def test_expectations_of_another_model_are_refused(plan, tmp_path):
    expectations(plan).save(tmp_path)
    other = plans.make(graph.read(small_models.relu((1, 9))))
    with pytest.raises(ProjectError, match="belongs to another model"):
        Expectations.load(tmp_path, other)


@pytest.mark.skipif(not oracle_available(), reason="tflite-micro is not installed")
def test_the_oracle_is_asked(plan):
    inputs = np.arange(-8, 8, dtype=np.int8).reshape(2, 1, 8)
    found = expect(plan, (inputs,))
    for n in range(2):
        (answer,) = oracle.run(plan.graph.data, [inputs[n]])
        assert (found.outputs[0][n] == answer).all()
        assert found.layer_digests[n, 0] == zlib.crc32(answer.tobytes())
    assert found.oracle.startswith("tflite-micro ")
    assert found.model_sha256 == plan.graph.sha256

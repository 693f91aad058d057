"""The interpreter on an emulated device: bit-exact, in the arena that the host foretold, and refusing by name."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import tinyml
from tests import small_models
from tests.emulated import needs_chain
from tests.ops.test_svdf import svdf
from tests.ops.test_unidirectional_sequence_lstm import lstm
from tinyml import pipeline
from tinyml import plan as plans
from tinyml.build import Image
from tinyml.errors import DeviceError
from tinyml.generate.project import Project
from tinyml.graph import read
from tinyml.link import refusals
from tinyml.plan.interpreter import arena_bytes
from tinyml.run import start


@needs_chain
@pytest.mark.parametrize("operators", ["model", "all"])
def test_a_deployment_is_bit_exact(tmp_path: Path, operators: str) -> None:
    model = tmp_path / "m.tflite"
    model.write_bytes(small_models.classifier())
    record = tinyml.deploy(
        model, "mps2-an386", random=3, out=tmp_path / "p", engine="interpreter", operators=operators
    )
    assert (record["engine"], record["exact"], record["samples"]) == ("interpreter", 3, 3)
    plan = plans.make(read(model.read_bytes()))
    assert Project.load(tmp_path / "p").manifest["arena_bytes"] == arena_bytes(plan, "interpreter")
    assert [layer["label"] for layer in record["layers"]] == [layer.label for layer in plan.layers]


@needs_chain
@pytest.mark.parametrize("engine", ["compiled", "interpreter"])
@pytest.mark.parametrize("make", [svdf, lstm])
def test_a_model_with_state_is_bit_exact(tmp_path: Path, make: Callable[..., bytes], engine: str) -> None:
    model = tmp_path / "m.tflite"
    model.write_bytes(make(np.random.default_rng(0), batches=1))
    record = tinyml.deploy(model, "mps2-an386", random=5, out=tmp_path / "p", engine=engine)
    assert (record["engine"], record["exact"], record["samples"]) == (engine, 5, 5)
    plan = plans.make(read(model.read_bytes()))
    assert Project.load(tmp_path / "p").manifest["arena_bytes"] == arena_bytes(plan, engine)


@needs_chain
def test_a_model_that_needs_another_kernel_is_refused_by_name(tmp_path: Path) -> None:
    model = tmp_path / "m.tflite"
    model.write_bytes(small_models.classifier())
    project = pipeline.generate(model, "mps2-an386", tmp_path / "p", engine="interpreter")
    source = project.path / "src" / "model.c"
    source.write_text(source.read_text().replace("    &tm_op_softmax,\n", ""))
    pipeline.build(project.path)
    loaded = Project.load(project.path)
    with pytest.raises(
        DeviceError, match="operator 3 is SOFTMAX, for which the firmware was built without a kernel"
    ):
        start(Image.load(loaded.path), loaded.board(), "qemu", None)


@pytest.mark.parametrize("error", range(1, 11))
def test_every_refusal_has_words(error: int) -> None:
    assert "error" not in refusals.text(error, 1, 2)
    assert refusals.hint(error)

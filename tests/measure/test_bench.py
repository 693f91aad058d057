import dataclasses
from pathlib import Path

import pytest

from tests import small_models
from tests.emulated import needs_chain
from tinyml import graph, pipeline, plan, samples
from tinyml.build import Image
from tinyml.build.linkmap import code_pieces
from tinyml.errors import MismatchError
from tinyml.generate import Project
from tinyml.measure import application
from tinyml.measure.bench import measure, measure_layers, parameter_bytes
from tinyml.measure.expectations import Expectations, expect
from tinyml.plan.rows import functions

INPUTS = 3


def make(folder: Path, layers: bool) -> tuple[Project, Image]:
    (folder / "m.tflite").write_bytes(small_models.classifier())
    arrangement = "whole" if layers else "streamed"
    out = folder / f"project{layers:d}"
    project = pipeline.generate(folder / "m.tflite", "mps2-an386", out, arrangement=arrangement)
    application.write(project, project.plan(), layers)
    return project, pipeline.build(project.path)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Image]:
    return make(tmp_path_factory.mktemp("bench"), layers=False)


@pytest.fixture(scope="module")
def expected(built: tuple[Project, Image]) -> Expectations:
    made = built[0].plan()
    return expect(made, samples.random_int8(made.graph, INPUTS).inputs)


@needs_chain
def test_the_smallest_application_holds_nothing_of_the_link(built):
    sources = {piece.source for piece in code_pieces(built[1].elf.with_suffix(".map"))}
    assert {"main", "model", "tm_count"} <= sources
    assert not {"tm_device", "tm_frame", "model_tflite"} & sources
    assert built[1].sizes.link == 0


@needs_chain
def test_figures_are_of_a_bit_exact_run_and_the_trace_agrees_with_the_clock(built, expected):
    made = built[0].plan()
    figures = measure(*built, made, expected)
    assert len(figures.instructions) == INPUTS
    assert figures.arena == built[0].manifest["arena_bytes"]
    assert figures.flash == figures.code + figures.constants
    assert 0 < figures.stack < 400
    assert 1 < figures.cycles / figures.instructions[0] < 3
    assert figures == measure(*built, made, expected)


@needs_chain
def test_each_layer_is_counted_by_itself(tmp_path, expected):
    project, image = make(tmp_path, layers=True)
    specialised = project.plan()
    layers = measure_layers(project, image, specialised, expected)
    assert [layer.label.split()[1] for layer in layers] == ["CONV_2D", "FULLY_CONNECTED", "SOFTMAX"]
    assert all(layer.cycles > layer.instructions > layer.macs for layer in layers)
    assert sum(layer.constants for layer in layers) == specialised.constant_bytes
    for layer, of in zip(layers, specialised.layers, strict=True):
        emitted = 0 if of.rows is None else sum(f.code_bytes for f in functions([of.rows]))
        assert emitted < layer.code < emitted + 2000
        assert layer.shared == 0


@needs_chain
def test_nothing_is_measured_of_a_wrong_answer(built, expected):
    (outputs,) = expected.outputs
    outputs = outputs.copy()
    outputs[1, ..., 0] ^= 1
    with pytest.raises(MismatchError, match="input 1 "):
        measure(*built, built[0].plan(), dataclasses.replace(expected, outputs=(outputs,)))


def test_parameters_are_weights_biases_and_eight_bytes_a_channel():
    made = plan.make(graph.read(small_models.classifier()))
    weights, biases, channels = 4 * 3 * 3 * 2 + 4 * 144, 4 * 4, 4 + 4
    assert parameter_bytes(made) == weights + biases + 8 * channels

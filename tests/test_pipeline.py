"""The whole chain on emulated boards, as a program uses it."""

import json
import re
import shutil
import subprocess

import numpy as np
import pytest

import tinyml
from tests import small_models
from tests.emulated import BOARDS, DEPLOYED, needs_chain
from tinyml import resources
from tinyml.build import Image
from tinyml.errors import BoardError, DeviceError, FitError, InputError, ModelError, ProjectError, SamplesError
from tinyml.generate.project import EXPECTATIONS, Project
from tinyml.plan.budget import STACK_BYTES, budget
from tinyml.progress import Progress

pytestmark = needs_chain


class Heard(Progress):
    def __init__(self) -> None:
        self.stages: list[str] = []

    def ended(self, stage: str, text: str) -> None:
        assert text
        self.stages.append(stage)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "classifier.tflite"
    path.write_bytes(small_models.classifier())
    return path


@pytest.fixture(scope="module")
def deployed(model, tmp_path_factory):
    """A project that was deployed; tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("deployed") / "project"
    return folder, tinyml.deploy(model, "mps2-an386", random=3, out=folder)


@pytest.fixture
def copy(deployed, tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(deployed[0], folder)
    return folder


def edit(file, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("board", DEPLOYED)
def test_a_model_is_bit_exact_on_an_emulated_board(model, board, tmp_path):
    heard = Heard()
    record = tinyml.deploy(model, board, random=5, seed=7, out=tmp_path / "p", progress=heard)
    assert (record["samples"], record["exact"], record["first_mismatch"]) == (5, 5, None)
    assert heard.stages[:7] == ["convert", "plan", "generate", "build", "expect", "start", "run"]
    assert json.loads((tmp_path / "p/record.json").read_text()) == record


def test_the_record_holds_what_another_person_needs(deployed):
    folder, record = deployed
    assert record["tinyml"] == tinyml.__version__
    assert record["model"]["path"] == "classifier.tflite"
    assert len(record["model"]["sha256"]) == 64
    assert (record["board"], record["target"], record["engine"]) == ("mps2-an386", "qemu", "compiled")
    assert record["source"] == {"random": 3, "seed": 0}
    count = record["instructions"]
    assert 0 < count["min"] <= count["median"] <= count["max"]
    assert abs(sum(layer["instructions"] for layer in record["layers"]) - count["median"]) < count["median"] // 20
    for key in ("arena_bytes", "static_bytes", "link_bytes", "stack_bytes"):
        assert record[key] > 0
    flash = record["flash"]
    assert flash["code"] + flash["constants"] == flash["total"]
    assert set(record["versions"]) == {"compiler", "qemu", "oracle", "platformio"}
    assert record["hashes"]["project"] == Project.load(folder).sha256()


def test_the_same_deployment_gives_the_same_record(model, deployed, tmp_path):
    assert tinyml.deploy(model, "mps2-an386", random=3, out=tmp_path / "again") == deployed[1]


def test_a_wrong_bias_is_found_in_its_layer_and_element(copy):
    text = (copy / "src/model.c").read_text(encoding="utf-8")
    # What is added to the first element before its last shift becomes so low that it leaves int8 below, whatever
    # the sample: behind four biases, four rows of 144 weights and two multipliers.
    words = list(re.finditer(r"\d+", text[text.index("model_layer_1_constants[") :].partition("= {")[2]))
    start = text.index("= {", text.index("model_layer_1_constants[")) + 3
    first, end = (start + at for at in words[4 + 144 + 2].span())
    wrong = text[:first] + str((1 << 32) - (1 << 30)) + text[end:]
    (copy / "src/model.c").write_text(wrong, encoding="utf-8")
    tinyml.build(copy)
    record = tinyml.validate(copy, random=5)
    assert record["exact"] < 5
    assert record["first_mismatch"] == "2 FULLY_CONNECTED (t7)"
    mismatch = record["mismatch"]
    assert (mismatch["element"], mismatch["differing"], mismatch["got"]) == (0, 1, -128)
    assert mismatch["expected"] > -128


def test_an_edited_project_must_be_built_before_it_runs(copy):
    edit(copy / "src/main.c", "int main(void)", "int main(void) /* mine */")
    with pytest.raises(ProjectError, match="changed"):
        tinyml.run(copy, random=1)


def test_a_write_outside_the_arena_is_reported(copy):
    begin = "static void model_layer_1(void) {"
    edit(copy / "src/model.c", begin, f"{begin}\n  model_arena[3] = 0;")
    tinyml.build(copy)
    with pytest.raises(DeviceError, match=r"outside its arena, in layer 2 FULLY_CONNECTED \(t7\)"):
        tinyml.validate(copy, random=1)


def test_a_fault_is_reported_with_its_cause(copy):
    wild = "static void model_layer_1(void) {\n  *(volatile int *)0xF0000000u = 1;"
    edit(copy / "src/model.c", "static void model_layer_1(void) {", wild)
    tinyml.build(copy)
    place = r"0xf0000000, in model_layer_1 \(\S*src/model\.c:\d+\), called from model_run \(\S*src/model\.c:\d+\)"
    with pytest.raises(DeviceError, match=rf"faulted during invoke in layer 1 \(.*\): .*{place}") as caught:
        tinyml.validate(copy, random=1)
    assert caught.value.hint.startswith("It has started again.\ncause ")


def test_run_saves_the_outputs(copy):
    result = tinyml.run(copy, random=4)
    with np.load(result.outputs_file) as saved:
        assert saved["output0"].shape == (4, 1, 4)
        assert (saved["output0"] == result.measurements.outputs[0]).all()


def test_throughput_mode_gives_the_same_outputs_and_counts_nothing(copy):
    measured = tinyml.run(copy, random=9).measurements
    streamed = tinyml.run(copy, random=9, mode="throughput").measurements
    for one, other in zip(measured.outputs, streamed.outputs, strict=True):
        assert one.dtype == other.dtype
        assert (one == other).all()
    assert measured.instructions
    assert (streamed.instructions, streamed.layers, streamed.exact) == ((), (), ())
    assert streamed.stack_bytes > 0


def test_a_mode_that_is_not_known_is_refused(copy):
    with pytest.raises(InputError, match="the mode 'fast' is not known") as caught:
        tinyml.run(copy, random=1, mode="fast")
    assert caught.value.hint == "Choose one of measure, throughput."


def test_expectations_recorded_in_the_project_are_enough(copy, monkeypatch):
    for module in ("tinyml.pipeline", "tinyml.measure.interpreter"):
        monkeypatch.setattr(f"{module}.oracle_available", lambda: False)
    record = tinyml.validate(copy)
    assert record["exact"] == record["samples"] == 3
    assert record["source"] == {"data": "recorded"}
    assert record["versions"]["oracle"].startswith("tflite-micro")


def test_without_samples_and_expectations_the_user_is_told(copy):
    (copy / EXPECTATIONS).unlink()
    with pytest.raises(ProjectError, match="no recorded expectations"):
        tinyml.validate(copy)


def test_samples_are_taken_evenly_from_a_file(copy, tmp_path):
    values = np.random.default_rng(3).normal(size=(50, 6, 6, 2)).astype(np.float32)
    np.savez(tmp_path / "x.npz", x=values, y=np.arange(50) % 4)
    record = tinyml.validate(copy, data=tmp_path / "x.npz", limit=6)
    assert record["samples"] == record["exact"] == 6
    assert 0 <= record["labels"]["top1_correct"] <= 6
    assert record["source"] == {"data": "x.npz"}


def test_deploy_without_samples_says_what_to_give(model, tmp_path):
    with pytest.raises(SamplesError, match="no samples") as caught:
        tinyml.deploy(model, "mps2-an386", out=tmp_path / "p")
    assert "--random" in caught.value.hint
    assert not (tmp_path / "p").exists()


def test_a_model_that_does_not_fit_is_refused_before_anything_is_written(tmp_path):
    (tmp_path / "m.tflite").write_bytes(small_models.relu((1, 200_000)))
    with pytest.raises(FitError, match="does not fit netduinoplus2"):
        tinyml.deploy(tmp_path / "m.tflite", "netduinoplus2", random=1, out=tmp_path / "p")
    assert not (tmp_path / "p").exists()


def test_a_model_of_another_project_is_refused(copy):
    (copy / "model.tflite").write_bytes(small_models.relu())
    with pytest.raises(ProjectError, match="not the model"):
        tinyml.validate(copy, random=1)


# Which models run where; a RISC-V machine runs one, as its kernels are the same portable ones.
REFERENCES = {
    "mps2-an386": ["ad01_int8", "kws_ref_model", "pretrainedResnet_quant"],
    "netduinoplus2": ["ad01_int8", "kws_ref_model", "pretrainedResnet_quant"],
    "hifive1": ["ad01_int8"],
    "virt-rv32": ["kws_ref_model"],
}
LONG = {("netduinoplus2", name): [pytest.mark.long] for name in ("ad01_int8", "pretrainedResnet_quant")}


@pytest.mark.parametrize(
    ("board", "name"),
    [
        pytest.param(board.values[0], name, marks=[*board.marks, *LONG.get((*board.values, name), [])])
        for board in BOARDS
        for name in REFERENCES[board.values[0]]
    ],
)
def test_the_reference_models_are_bit_exact(shared_models, name, board, tmp_path):
    record = tinyml.deploy(shared_models / f"{name}.tflite", board, random=20, out=tmp_path / "p")
    assert record["exact"] == record["samples"] == 20
    if name == "kws_ref_model":
        assert record["flash"]["code"] < 20 * 1024
        assert record["arena_bytes"] <= 16_128


def test_a_truncated_model_is_one_error(tmp_path):
    (tmp_path / "m.tflite").write_bytes(small_models.classifier()[:500])
    with pytest.raises(ModelError):
        tinyml.deploy(tmp_path / "m.tflite", "mps2-an386", random=1, out=tmp_path / "p")


def test_the_budget_promises_no_less_than_an_image_needs(deployed):
    folder, record = deployed
    needs = budget(Project.load(folder).plan(), Project.load(folder).board())
    flash, ram = needs.regions
    assert (flash.kind, ram.kind) == ("flash", "ram")
    used = sum(record[key] for key in ("arena_bytes", "static_bytes", "link_bytes"))
    assert used + STACK_BYTES <= ram.needed
    assert record["stack_bytes"] < STACK_BYTES
    assert record["flash"]["total"] <= flash.needed


def test_a_count_is_right_where_the_counter_began_anew(model, tmp_path):
    folder = tmp_path / "p"
    tinyml.generate(model, "netduinoplus2", out=folder)
    for layer in ("model_layer_0", "model_layer_2"):
        begin = f"static void {layer}(void) {{\n"
        loop = '  for (uint32_t i = 300000000u; i; --i) __asm volatile("");\n'
        edit(folder / "src/model.c", begin, begin + loop)
    tinyml.build(folder)
    counts = tinyml.run(folder, random=1).measurements.instruction_summary
    # Two loops of 300 million turns, two instructions each; the counter spans 1,074 million.
    assert 1_200_000_000 < counts["median"] < 1_201_000_000


def test_the_parts_of_an_image_lie_where_the_user_says_and_work_there(model, tmp_path):
    chosen = {"weights": "ssram23", "stack": "psram", "arena": "psram"}
    place = [f"{part}={region}" for part, region in chosen.items()]
    record = tinyml.deploy(model, "mps2-an386", random=2, out=tmp_path / "p", place=place)
    assert record["exact"] == 2
    assert record["placement"] == chosen | {"image": "ssram1", "statics": "ssram23"}
    symbols = subprocess.run(
        ["arm-none-eabi-nm", Image.load(tmp_path / "p").elf], capture_output=True, text=True, check=True
    ).stdout
    address = {name: int(value, 16) for value, _, name in map(str.split, symbols.splitlines())}
    psram, ssram23 = 0x2100_0000, 0x2000_0000
    assert address["__tm_stack_bottom"] == psram
    assert ssram23 <= address["__tm_constants_start"] < address["__tm_constants_end"] < psram


def test_weights_in_a_flash_of_their_own_work_there(model, tmp_path):
    text = (resources.boards() / "mps2-an386.toml").read_text().replace('name = "mps2-an386"', 'name = "mine"')
    (psram,) = re.findall(r'\[\[memory\]\]\nname = "psram"\n(?:.+\n)+', text)
    board = tmp_path / "mine.toml"
    board.write_text(text.replace(psram, psram.replace('kind = "ram"', 'kind = "flash"')))
    record = tinyml.deploy(model, str(board), random=2, out=tmp_path / "p", place=["weights=psram"])
    assert record["exact"] == 2
    image = Image.load(tmp_path / "p")
    weights = image.binary.with_name("firmware-weights.bin").stat().st_size
    assert weights == record["flash"]["constants"]
    assert record["flash"]["total"] == image.binary.stat().st_size + weights


def test_an_image_in_memory_that_the_emulator_lacks_is_refused(model, tmp_path):
    with pytest.raises(BoardError, match="uses the region ccm of netduinoplus2, which QEMU lacks"):
        tinyml.deploy(model, "netduinoplus2", random=1, out=tmp_path / "p", place=["arena=ccm"])

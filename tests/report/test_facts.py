import json
from pathlib import Path

from tests import small_models
from tests.report import records
from tests.tflite import Builder
from tinyml import board as boards
from tinyml import graph
from tinyml import plan as plans
from tinyml.doctor import Check
from tinyml.emit import plan_for
from tinyml.generate import generate
from tinyml.measure.measurements import Run
from tinyml.plan.budget import budget
from tinyml.quantize import Converted
from tinyml.report import facts


def test_a_plan_tells_its_layers_and_memory():
    plan = plans.make(graph.read(small_models.classifier()))
    told = facts.plan(plan)
    assert [layer["layer"].split()[1] for layer in told["layers"]] == ["CONV_2D", "FULLY_CONNECTED", "SOFTMAX"]
    assert sum(layer["macs"] for layer in told["layers"]) == told["macs"] == plan.macs
    assert sum(layer["constant_bytes"] for layer in told["layers"]) == told["constant_bytes"]
    assert max(layer["live_bytes"] for layer in told["layers"]) <= told["arena_bytes"]
    assert told["inputs"][0]["shape"] == [1, 6, 6, 2]
    assert told["inputs"][0]["zero_point"] == 3
    assert told["peak_layers"] == ["0 CONV_2D (t3)"]
    assert "memory" not in told


def test_a_plan_tells_what_was_rewritten_and_saved(tmp_path):
    model = Builder()
    x, unread, y = (model.tensor([1, 8], scale=0.1) for _ in range(3))
    model.operator("RELU", [x], [unread])
    model.operator("RELU", [x], [y])
    board = boards.load("mps2-an386")
    plan = plan_for(graph.read(model.build([x], [y])), board)
    told = {
        "rewriting": "unused",
        "saved_macs": 0,
        "saved_constant_bytes": 256,
        "saved_arena_bytes": 8,
        "where": ["0 RELU (t1): nobody reads it"],
    }
    assert facts.plan(plan)["rewritings"] == [told]
    project = generate(plan, board, records.ORIGIN, tmp_path / "relu")
    assert facts.project(project)["rewritings"] == [told]
    assert project.plan().layers[0].label == plan.layers[0].label == "1 RELU (t2)"
    assert facts.plan(records.plan())["rewritings"] == []


def test_a_plan_tells_its_budget_on_a_board():
    board = boards.load("mps2-an386")
    told = facts.plan(records.plan(), budget(records.plan(), board))
    assert (told["board"], told["placement"]["arena"]) == ("mps2-an386", board.ram.name)
    (ram,) = (row for row in told["memory"] if row["kind"] == "ram")
    assert (ram["region"], ram["available_bytes"]) == (board.ram.name, board.ram.length)
    assert ram["needed_bytes"] == sum(ram["parts"].values())


def test_a_project_and_its_image_tell_their_sizes(tmp_path):
    project = records.project(tmp_path)
    told = facts.project(project)
    assert (told["board"], told["arena_bytes"], told["macs"]) == ("mps2-an386", 8, 0)
    of_image = facts.image(records.image(project))
    assert of_image["flash"] == {"code": 2000, "constants": 256, "total": 2300}
    assert (of_image["arena_and_guards_bytes"], of_image["stack_reserved_bytes"]) == (8, 4096)


def test_every_board_tells_where_it_runs():
    told = {
        board["name"]: board for board in facts.boards([boards.load(name) for name in boards.names()])["boards"]
    }
    assert set(told) == set(boards.names())
    assert [way["target"] for way in told["mps2-an386"]["targets"]] == ["qemu", "renode", "serial"]
    assert all(board["ram_bytes"] > 0 and board["flash_bytes"] > 0 for board in told.values())


def test_the_doctor_tells_missing_from_optional():
    checks = [
        Check("gcc", "compiles", required=True, found=True, version="12.2", install=""),
        Check("qemu", "runs", required=True, found=False, version="", install="apt install qemu"),
        Check("tensorflow", "converts", required=False, found=False, version="", install="pip install tensorflow"),
    ]
    assert [check["found"] for check in facts.doctor(checks)["checks"]] == ["12.2", "missing", "not installed"]


def test_a_run_tells_what_was_measured(tmp_path):
    told = facts.run(Run(tmp_path, records.EXACT, tmp_path / "outputs.npz"))
    assert (told["samples"], told["stack_bytes"]) == (3, 264)
    assert told["instructions"] == {"min": 10, "median": 20, "max": 30}


def test_a_starter_and_a_conversion_name_their_files():
    assert facts.starter(Path("kws"), [Path("kws/train.py")]) == {"folder": "kws", "files": ["kws/train.py"]}
    told = facts.conversion(Path("m.tflite"), Converted(b"12345", "m.h5", "keras", {}, 7, None, None))
    assert (told["file"], told["bytes"], told["source"]) == ("m.tflite", 5, "m.h5")


def test_facts_are_plain_values():
    plan = records.plan()
    assert json.loads(json.dumps(facts.plan(plan))) == facts.plan(plan)

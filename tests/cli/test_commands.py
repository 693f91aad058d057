"""The command line as a user types it: exit codes, sentences, JSON."""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tinyml
from tests import small_models
from tests.build import projects
from tests.emulated import needs_chain, needs_compiler
from tinyml.cli.application import run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "classifier.tflite"
    path.write_bytes(small_models.classifier())
    return str(path)


@pytest.fixture
def tiny(monkeypatch, tmp_path, capfd):
    """Run a command in an empty folder; return its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        printed = capfd.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return call


def test_help_is_quick():
    # Processor time, since another program may hold the processor; the best of three.
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "tinyml", "--help"], check=True, capture_output=True, timeout=20)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.4


def test_a_missing_renode_is_told_at_once_and_before_anything_is_made(model, tmp_path):
    variables = {key: value for key, value in os.environ.items() if key != "TINYML_RENODE"}
    variables |= {"PATH": str(tmp_path), "HOME": str(tmp_path), "PLATFORMIO_CORE_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "tinyml", "deploy", model, "--board", "netduinoplus2", "--random", "2"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(
        [*command, "--target", "renode", "--out", str(tmp_path / "p")],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        timeout=20,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ran.returncode == 3
    told = " ".join(ran.stderr.split())
    assert told.startswith("Error: Renode is not installed Next: Unpack the portable Renode 1.16.1 from https://")
    assert not (tmp_path / "p").exists()
    # The processor's time, which does not depend on what else the machine does. It waits for nothing.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2


def test_help_loads_nothing_heavy():
    heavy = ("numpy", "jinja2", "serial", "tensorflow")
    code = f"import sys; import tinyml.cli; print([m for m in {heavy} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=20)
    assert shown.stdout.strip() == "[]"


def test_the_version(tiny):
    assert tiny("--version")[:2] == (0, f"tinyml {tinyml.__version__}\n")


def test_an_unknown_option_is_wrong_input(tiny):
    code, _, err = tiny("deploy", "m.tflite", "--bord", "x")
    assert code == 2
    assert "--board" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["deploy", "none.tflite", "--board", "mps2-an386", "--random", "1"], "none.tflite does not exist"),
        (["deploy", "none.tflite", "--board", "arduino"], "no board is called 'arduino'"),
        (["inspect", "none.tflite"], "none.tflite"),
        (["build", "none"], "no folder 'none'"),
        (["run", ".", "--random", "1"], "not a project of tinyml"),
        (["validate", "."], "not a project of tinyml"),
        (["convert", "none.keras"], "none.keras does not exist"),
        (["new", "nothing", "folder"], "nothing"),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_code_2(tiny, arguments, sentence):
    code, _, err = tiny(*arguments)
    assert code == 2
    error = next(line for line in err.splitlines() if line.startswith("Error: "))
    assert sentence in error


def test_an_error_is_json_for_machines(tiny):
    code, out, err = tiny("inspect", "none.tflite", "--json")
    assert code == 2
    assert json.loads(out)["exit_code"] == 2
    assert err == ""


def test_a_missing_compiler_is_exit_code_3(tiny, model, monkeypatch, tmp_path):
    assert tiny("generate", model, "--board", "mps2-an386", "--out", "p")[0] == 0
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    code, _, err = tiny("build", "p")
    assert code == 3
    assert "apt-get install gcc-arm-none-eabi" in err


def test_inspect_tells_the_same_facts_to_people_and_machines(tiny, model):
    code, out, _ = tiny("inspect", model, "--board", "mps2-an386", "--json")
    facts = json.loads(out)
    assert code == 0
    assert [layer["macs"] for layer in facts["layers"]] == [2592, 576, 0]
    assert [row["region"] for row in facts["memory"]] == ["ssram1", "ssram23"]
    assert facts["memory"][1]["parts"]["arena"] == facts["arena_bytes"]
    code, out, _ = tiny("inspect", model, "--board", "mps2-an386")
    assert "0 CONV_2D (t3)" in out
    assert f"{facts['constant_bytes']:,}" in out


def test_boards_lists_names_and_evidence(tiny):
    code, out, _ = tiny("boards", "--json")
    assert code == 0
    boards = {board["name"]: board for board in json.loads(out)["boards"]}
    assert {"mps2-an386", "netduinoplus2"} <= set(boards)
    assert boards["netduinoplus2"]["ram_bytes"] == (128 + 64) * 1024
    assert boards["mps2-an386"]["evidence"][-1]["level"] == "emulated"
    assert {"target": "serial", "installed": True} in boards["netduinoplus2"]["targets"]


def test_boards_are_shown_a_line_each_within_100_columns(tiny):
    code, out, _ = tiny("boards")
    assert code == 0
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 100
    firsts = [line.split()[0] for line in out.splitlines() if line.split()]
    assert set(tinyml.board.names()) <= set(firsts)


def test_one_board_is_shown_whole(tiny):
    code, out, _ = tiny("boards", "netduinoplus2")
    assert code == 0
    said = " ".join(out.split())
    for fact in ("0x20000000", "tx PC6", "the headers' D1", "TIM2", "RM0090", "dfu", "QEMU 7.2"):
        assert fact in said
    code, out, _ = tiny("boards", "netduinoplus2", "--json")
    facts = json.loads(out)
    assert facts["memory"][1]["origin"] == 0x20000000
    assert facts["counter"]["enable_bit"] == 0
    assert facts["upload"] == {
        "tool": "dfu",
        "usb": "0483:df11",
        "note": tinyml.board.load("netduinoplus2").upload.note,
    }


def test_a_board_file_is_begun_filled_in_and_generated_for(tiny, model, tmp_path):
    code, out, _ = tiny("boards", "--new", "mine", "--like", "netduinoplus2", "--json")
    assert code == 0
    begun = json.loads(out)
    code, _, err = tiny("boards", "mine.toml")
    assert code == 2
    assert f"mine.toml, line {begun['lines_to_fill_in'][0]}: title is still to be filled in" in err
    file = tmp_path / "mine.toml"
    file.write_text(file.read_text().replace('"?"', '"Mine"'))
    assert tiny("boards", "mine.toml")[0] == 0
    code, _, _ = tiny("generate", model, "--board", "mine.toml")
    assert code == 0
    assert (tmp_path / "classifier-mine" / "platforms/tinyml/boards/mine.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["mps2-an386", "--new", "x"], "both 'mps2-an386' and --new are given"),
        (["--like", "microbit"], "--like is given without --new"),
        (["--new", "X"], "cannot be called 'X'"),
        (["nothing"], "no board is called 'nothing'"),
    ],
)
def test_wrong_requests_for_boards_are_wrong_input(tiny, arguments, sentence):
    code, _, err = tiny("boards", *arguments)
    assert code == 2
    assert sentence in err


@needs_compiler
def test_flash_tells_that_no_board_is_connected_or_that_it_cannot(tiny, tmp_path, monkeypatch):
    for board, tool, code, sentence in (
        ("netduinoplus2", "dfu-util", 3, "no probe found: dfu-util sees no board"),
        ("mps2-an386", "", 2, "loads images from its SD card"),
    ):
        if tool and shutil.which(tool) is None:
            sentence = f"{tool} is not installed"
        folder = tmp_path / board
        projects.write(folder, board)
        assert tiny("flash", str(folder))[0] == 2  # not built
        assert tiny("build", str(folder))[0] == 0
        ended, _, err = tiny("flash", str(folder))
        assert ended == code
        assert sentence in err


def test_doctor_says_what_is_missing_and_how_to_get_it(tiny, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, _ = tiny("doctor", "--json")
    checks = {check["name"]: check for check in json.loads(out)["checks"]}
    assert code == 3
    assert checks["qemu-system-arm"]["found"] == "missing"
    assert checks["qemu-system-arm"]["install"] == "apt-get install qemu-system-arm"


def test_generate_refuses_a_folder_with_other_things(tiny, model, tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "p/thesis.txt").write_text("mine")
    code, _, err = tiny("generate", model, "--board", "mps2-an386", "--out", "p")
    assert code == 2
    assert "--out" in err


@needs_chain
def test_the_stages_follow_one_another(tiny, model):
    assert tiny("generate", model, "--board", "mps2-an386")[0] == 0
    project = "classifier-mps2-an386"
    code, _, err = tiny("run", project, "--random", "2")
    assert code == 2
    assert f"tinyml build {project}" in err
    assert tiny("build", project)[0] == 0
    code, out, _ = tiny("run", project, "--random", "2", "--json")
    assert code == 0
    assert json.loads(out)["samples"] == 2
    code, out, _ = tiny("validate", project, "--random", "2", "--json")
    assert code == 0
    assert json.loads(out)["exact"] == 2
    code, out, _ = tiny("validate", project)
    assert code == 0
    assert "2 of 2" in out


@needs_chain
def test_a_mismatch_is_exit_code_1_and_names_the_layer(tiny, model, tmp_path):
    tiny("generate", model, "--board", "mps2-an386", "--out", "p")
    source = tmp_path / "p/src/model.c"
    # The first word holds what lies in the padding.
    wrong = re.sub(
        r"(model_layer_0_constants\[\d+\] TM_CONSTANT = \{\s+)\d+", r"\g<1>1684300900", source.read_text()
    )
    source.write_text(wrong)
    assert tiny("build", "p")[0] == 0
    code, out, _ = tiny("validate", "p", "--random", "5")
    assert code == 1
    assert "The first difference: sample 0, layer 0 CONV_2D (t3), element " in " ".join(out.split())


@needs_chain
def test_deploy_closes_with_its_table(tiny, model):
    code, out, err = tiny("deploy", model, "--board", "netduinoplus2", "--random", "2", "--out", "p")
    assert code == 0
    for stage in ("convert", "plan", "generate", "build", "expect", "start", "run"):
        assert f"ok {stage}" in err
    for row in (
        "samples",
        "bit-exact with TFLM",
        "instructions",
        "arena",
        "stack high-water mark",
        "flash",
        "record",
    ):
        assert row in out
    assert "2 of 2" in out


@pytest.mark.parametrize("arguments", [["run", "p", "--random", "0"], ["deploy", "m.tflite"], ["frob"], ["new"]])
def test_wrong_options_are_json_for_machines_too(tiny, arguments):
    code, out, err = tiny(*arguments, "--json")
    assert code == 2
    assert json.loads(out)["error"]
    assert err == ""


@needs_chain
def test_a_deleted_part_of_the_project_is_named(tiny, model, tmp_path):
    tiny("generate", model, "--board", "mps2-an386", "--out", "p")
    shutil.rmtree(tmp_path / "p/platforms")
    code, _, err = tiny("build", "p")
    assert code == 2
    assert "platforms/tinyml" in err
    assert "Generate it again" in err


def test_a_reader_that_goes_away_is_no_mismatch(model):
    command = f"{sys.executable} -m tinyml inspect {model} --json | true; exit ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert ended.returncode in (0, 141)
    assert "Traceback" not in ended.stderr


@needs_compiler
def test_deploy_flashes_before_it_asks_the_board(tiny, model, tmp_path, monkeypatch):
    # A tool of that name that says it has written: what follows is the search for the board's serial port.
    tool = tmp_path / "bin" / "dfu-util"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    deploy = ("deploy", model, "--board", "netduinoplus2", "--random", "1", "--out", "p", "--flash")
    code, _, err = tiny(*deploy, "--target", "serial", "--port", "/dev/tty-that-is-not-there")
    assert code == 3
    assert "ok flash" in err
    assert "/dev/tty-that-is-not-there cannot be opened" in err
    assert "0x08000000:leave" in (tmp_path / "asked").read_text()
    code, _, err = tiny(*deploy)
    assert code == 2
    assert "--flash is for boards, not for the target qemu" in err


def test_convert_overwrites_only_what_was_named(tiny, model, tmp_path):
    precious = tmp_path / "classifier.tflite"
    precious.write_bytes(b"weeks of training")
    code, _, err = tiny("convert", model)
    assert code == 2
    assert "classifier.tflite exists already" in err
    assert "--force" in err
    assert precious.read_bytes() == b"weeks of training"
    assert tiny("convert", model, "--force")[0] == 0
    assert tiny("convert", "classifier.tflite")[0] == 0  # it is its own output
    assert tiny("convert", model, "--out", "classifier.tflite")[0] == 0


def test_the_operators_are_told_with_what_holds_for_each(tiny):
    code, out, _ = tiny("ops", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["names"] == len({row["operator"] for row in told["operators"]}) > 100
    assert told["exact"] + told["bound"] + told["planned"] == len(told["operators"])
    assert ("CONV_2D", "int8", "exact") in {tuple(row.values())[:3] for row in told["operators"]}


def test_an_input_is_given_another_shape(tiny, tmp_path):
    path = tmp_path / "relu.tflite"
    path.write_bytes(small_models.relu())
    code, out, _ = tiny("inspect", str(path), "--shape", "t0=1,20", "--json")
    assert code == 0
    assert json.loads(out)["inputs"][0]["shape"] == [1, 20]
    code, _, err = tiny("inspect", str(path), "--shape", "x=1,20")
    assert code == 2
    assert "no input 'x'" in err

"""`tinyml swap` on an emulated board: kept, refused, cut off, resumed; the board always has a model that works."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests import small_models
from tests.emulated import needs_chain
from tests.swap import cuts
from tests.swap.cuts import CutBoard, Known, know
from tinyml import pipeline
from tinyml.cli.application import run
from tinyml.errors import DeviceError, FitError, MismatchError, ProjectError
from tinyml.generate import Project
from tinyml.link import Client
from tinyml.measure.swap import Swapper

pytestmark = needs_chain


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return cuts.build(tmp_path_factory.mktemp("swap"))


@pytest.fixture
def board(project: Project, tmp_path: Path) -> Iterator[CutBoard]:
    device = CutBoard(project, tmp_path / "slots.bin")
    device.client.hello()
    yield device
    device.close()


@pytest.fixture(scope="module")
def known() -> Known:
    return know(cuts.dense(1))


def own_sha256(project: Project) -> str:
    return str(project.manifest["model"]["sha256"])


def running(client: Client) -> str:
    return client.hello().model_sha256.hex()


def swapper(project: Project, client: Client, known: Known) -> Swapper:
    return Swapper(client, project.manifest["build_id"], known.plan, known.expectations)


@pytest.mark.long
def test_power_cuts_leave_a_model_that_works(project: Project, tmp_path: Path) -> None:
    tally = cuts.run(project, tmp_path / "slots.bin", seed=2, cuts=5)
    assert tally.wrong == []
    assert sum(tally.cuts.values()) == 5


def test_a_swap_is_kept_across_a_reset_and_a_cut_and_takes_turns(
    project: Project, board: CutBoard, known: Known
) -> None:
    first = swapper(project, board.client, known).run()
    assert (first.sequence, first.samples, first.model_bytes) == (1, cuts.SAMPLES, len(known.plan.graph.data))
    board.client.reset()
    assert running(board.client) == known.sha256
    board.restart()
    assert running(board.client) == known.sha256
    other = know(cuts.dense(2, inputs=40))
    assert swapper(project, board.client, other).run().sequence == 2
    assert swapper(project, board.client, known).run().sequence == 3
    board.restart()
    assert running(board.client) == known.sha256
    assert cuts._works(board.client, known)


def test_the_project_knows_the_swapped_model(project: Project, tmp_path: Path, known: Known) -> None:
    model = tmp_path / "new.tflite"
    model.write_bytes(cuts.dense(1))
    swapped = pipeline.swap(model, project.path, random=3)
    assert (swapped.samples, swapped.slot_model_bytes) == (3, cuts.SLOT_BYTES)
    record = pipeline.validate(project.path)  # the samples of the swap are recorded
    assert (record["exact"], record["samples"], record["model"]["sha256"]) == (3, 3, known.sha256)
    assert len(pipeline.run(project.path, random=2).measurements.outputs[0]) == 2
    # A memory that was lost brings back the image's own model, and the project follows.
    (project.path / "slots.bin").unlink()
    record = pipeline.validate(project.path, random=2)
    assert (record["exact"], record["model"]["sha256"]) == (2, own_sha256(project))
    # A project that is written again begins with its own model, though its firmware is the same.
    pipeline.swap(model, project.path)
    cuts.build(project.path.parent)
    assert pipeline.validate(project.path, random=2)["model"]["sha256"] == own_sha256(project)


def test_the_command_says_what_it_did(
    project: Project, tmp_path: Path, known: Known, capfd: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "new.tflite"
    model.write_bytes(cuts.dense(1))
    assert run(["swap", str(model), str(project.path), "--random", "3"]) == 0
    shown = capfd.readouterr()
    assert "3 samples bit-exact" in shown.err + shown.out
    assert run(["swap", str(model), str(project.path), "--json"]) == 0
    facts = json.loads(capfd.readouterr().out)
    assert (facts["swap"], facts["model"], facts["samples"], facts["kept"]) == (2, "new.tflite", 5, "in slots.bin")
    assert run(["validate", str(project.path), "--random", "2"]) == 0
    cuts.build(project.path.parent)


def test_an_operator_that_is_missing_is_named(project: Project, board: CutBoard) -> None:
    with pytest.raises(DeviceError, match="cannot run the new model: operator 0 is RELU, for which") as raised:
        swapper(project, board.client, know(small_models.relu())).run()
    assert "--operators all" in raised.value.hint
    assert running(board.client) == own_sha256(project)
    assert cuts._works(board.client, know(cuts.dense(0)))


def test_a_model_that_is_too_large_is_refused_with_figures(project: Project, board: CutBoard) -> None:
    with pytest.raises(FitError, match=r"has 2\d,\d{3} bytes, and a slot of the device takes 16,384: \d"):
        swapper(project, board.client, know(cuts.dense(1, outputs=130))).run()
    with pytest.raises(FitError, match=r"needs an arena of 2,\d{3} bytes, and the device's has \d{3}: \d"):
        swapper(project, board.client, know(cuts.dense(1, inputs=2000, outputs=1))).run()
    assert running(board.client) == own_sha256(project)


def test_a_wrong_answer_is_not_kept(project: Project, board: CutBoard, known: Known) -> None:
    wrong = tuple(np.bitwise_xor(values, np.int8(1)) for values in known.expectations.outputs)
    doubted = Known(known.plan, dataclasses.replace(known.expectations, outputs=wrong))
    with pytest.raises(MismatchError, match="2 of 2 samples differ"):
        swapper(project, board.client, doubted).run()
    assert running(board.client) == own_sha256(project)
    board.restart()
    assert running(board.client) == own_sha256(project)


def test_another_firmware_is_refused(project: Project, board: CutBoard, known: Known) -> None:
    with pytest.raises(DeviceError, match="the project's is 00000001"):
        Swapper(board.client, 1, known.plan, known.expectations).run()


@pytest.mark.parametrize("moment", ["slot_begin", "slot_write", "invoke", "slot_keep"])
def test_a_swap_whose_link_comes_back_goes_on(
    project: Project, board: CutBoard, known: Known, moment: str
) -> None:
    client = board.client

    def reconnect() -> None:
        board.restart()
        client._stream = board.client._stream
        client.cut = None

    client._reconnect = reconnect
    client.cut = ((moment,), 1, 0.005)
    assert swapper(project, client, known).run().sequence in (1, 2)
    board.restart()
    assert running(board.client) == known.sha256


def test_a_link_that_stays_away_is_one_error(project: Project, board: CutBoard, known: Known) -> None:
    board.client.cut = (("slot_write",), 3, 0.0)
    with pytest.raises(DeviceError, match="slot_write") as raised:
        swapper(project, board.client, known).run()
    assert raised.value.hint


def test_requests_out_of_order_change_nothing(project: Project, board: CutBoard, known: Known) -> None:
    client, data = board.client, known.plan.graph.data
    sha256 = bytes.fromhex(known.sha256)
    with pytest.raises(DeviceError, match="outside"):
        client._ask("slot_write", missing=0, data=b"1234")
    for request in ("slot_keep", "slot_try"):
        with pytest.raises(DeviceError, match="refused"):
            client._ask(request)
    for length in (0, cuts.SLOT_BYTES + 1, 0xFFFFFFFF):
        with pytest.raises(DeviceError, match="outside"):
            client._ask("slot_begin", length=length, sha256=sha256)
    client._ask("slot_begin", length=len(data), sha256=sha256)
    for missing, piece in ((len(data) - 4, data[:4]), (len(data), data[:3])):
        with pytest.raises(DeviceError, match="refused slot_write"):
            client._ask("slot_write", missing=missing, data=piece)
    with pytest.raises(DeviceError, match="not the hash"):
        client._ask("slot_try")
    client.write_slot(b"\0" + data[1:], sha256)
    with pytest.raises(DeviceError, match="not the hash"):
        client._ask("slot_try")
    assert running(client) == own_sha256(project)


def test_a_trial_ends_with_a_new_session_or_a_new_slot(project: Project, board: CutBoard, known: Known) -> None:
    client = board.client
    client.write_slot(known.plan.graph.data, bytes.fromhex(known.sha256))
    client.try_slot()
    assert client.input_size(0) == 160
    assert running(client) == own_sha256(project)
    client.try_slot()
    client.write_slot(known.plan.graph.data, bytes.fromhex(known.sha256))
    with pytest.raises(DeviceError, match="refused slot_keep"):
        client.keep_slot()
    assert running(client) == own_sha256(project)


def test_firmware_that_cannot_swap_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.tflite").write_bytes(small_models.relu())
    pipeline.generate("m.tflite", cuts.BOARD, "compiled")
    pipeline.generate("m.tflite", cuts.BOARD, "fixed", engine="interpreter")
    for folder, problem in (("compiled", "has the engine 'compiled'"), ("fixed", "has no slots for models")):
        assert run(["swap", "m.tflite", folder]) == ProjectError.exit_code
        told = capfd.readouterr().err
        assert problem in told
        assert "--slots BYTES" in told

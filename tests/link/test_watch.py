"""A model that hangs: a device with a watchdog tells where, long before the host's patience ends."""

import time
from pathlib import Path

import pytest

from tests import small_models
from tests.emulated import needs_chain
from tinyml import pipeline, protocol
from tinyml.errors import DeviceError

HANGING = "static void model_layer_1(void) {\n  for (volatile int at = 0;; ++at) {\n  }\n"


@needs_chain
def test_a_model_that_hangs_is_reported_with_its_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(protocol.load().timeouts, "watch", 2.0)  # seconds of the board's clock
    model, project = tmp_path / "m.tflite", tmp_path / "p"
    model.write_bytes(small_models.classifier())
    pipeline.generate(model, "mps2-an386", project)
    source = project / "src/model.c"
    text = source.read_text(encoding="utf-8").replace("static void model_layer_1(void) {\n", HANGING)
    source.write_text(text, encoding="utf-8")
    pipeline.build(project)
    line = 1 + text[: text.index("volatile int at")].count("\n")
    began = time.monotonic()
    told = (
        r"during invoke in layer 1 \(2 FULLY_CONNECTED.*\): the watchdog: the model ran longer than it was given"
    )
    with pytest.raises(DeviceError, match=rf"{told}, in model_layer_1 \(src/model.c:{line}\)"):
        pipeline.run(project, random=1)
    assert time.monotonic() - began < protocol.load().timeouts["inference"] / 4

"""The trained model on an emulated Cortex-M4, bit for bit; `pytest --tinyml-board NAME` takes another board."""

import pytest

from tinyml.testing import assert_exact, assert_fits, assert_instructions_below


@pytest.mark.tinyml("model.keras", data="calibration.npz", test="test.npz")
def test_the_board_answers_as_the_desk(tinyml_deployed):
    assert_exact(tinyml_deployed)
    assert_fits(tinyml_deployed, flash_bytes=48 * 1024, ram_bytes=24 * 1024)
    assert_instructions_below(tinyml_deployed, 8_000_000)  # a Cortex-M4's; a core without DSP needs more

"""The fuzzer finds nothing in the firmware, and finds what is planted."""

from pathlib import Path

import pytest

from tests.runtime import fuzzing
from tinyml import resources

SECONDS = 8.0
PLANTED_SECONDS = 120.0  # at most; it ends at the first finding
LEAST_FRAMES = 30_000  # past the frame check in that time


def test_a_short_run_ends_without_a_finding(tmp_path: Path) -> None:
    found = fuzzing.fuzz(fuzzing.build(tmp_path), SECONDS, 1, tmp_path / "findings")
    assert found.code == 0, found.said
    assert found.frames >= LEAST_FRAMES


@pytest.mark.long
@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("tm_frame.c", "decoder->size < decoder->capacity", "decoder->size <= decoder->capacity"),
        ("tm_device.c", "*rest > input->size - set->offset", "*rest > input->size"),
        ("tm_device.c", "set->index >= device.model->input_count", "set->index > device.model->input_count"),
        ("tm_device.c", "get->length > sizeof(got->data)", "get->length > sizeof(got->data) + 8"),
        ("tm_device.c", "at < sizeof(told->data) / sizeof(", "at < 2u + sizeof(told->data) / sizeof("),
        ("tm_swap.c", "if (rest > missing || ", "if ("),
        ("tm_device.c", "if (offset > buffer->size)", "if (offset > buffer->size + 1u)"),
        ("tm_device.c", "index >= device.model->layer_count", "index > device.model->layer_count"),
    ],
)
def test_a_check_that_is_wrong_by_a_little_is_found(tmp_path: Path, file: str, before: str, after: str) -> None:
    sources = []
    for source in (path for part in fuzzing.PARTS for path in sorted((resources.firmware() / part).glob("*.c"))):
        text = source.read_text()
        assert source.name != file or before in text
        sources.append(tmp_path / source.name)
        sources[-1].write_text(text.replace(before, after) if source.name == file else text)
    found = fuzzing.fuzz(fuzzing.build(tmp_path, sources), PLANTED_SECONDS, 1, tmp_path / "findings")
    assert found.code != 0
    assert list((tmp_path / "findings").iterdir())

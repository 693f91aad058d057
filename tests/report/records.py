"""A generated project, an image and measurements of it, as small as they come."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tests import small_models
from tinyml import board as boards
from tinyml import graph
from tinyml import plan as plans
from tinyml.build import Image, Sizes
from tinyml.generate import Origin, Project, generate
from tinyml.measure.measurements import LayerCount, Measurements, Mismatch
from tinyml.report import record

ORIGIN = Origin("relu.tflite", "tinyml generate relu.tflite --board mps2-an386", "model")
EXACT = Measurements(
    (np.zeros((3, 1, 8), np.int8),), 3, (10, 30, 20), (LayerCount("0 RELU (t1)", 9),), (True,) * 3, None, 264
)
DIFFERING = replace(EXACT, exact=(True, False, True), mismatch=Mismatch(1, "0 RELU (t1)", 4, 7.0, 8.0, 2))


def plan() -> plans.Plan:
    """Return the plan of one RELU on 8 elements."""
    return plans.make(graph.read(small_models.relu()))


def project(folder: Path) -> Project:
    """Return the generated project."""
    return generate(plan(), boards.load("mps2-an386"), ORIGIN, folder / "relu")


def image(of: Project) -> Image:
    """Return an image with the sizes that a build would read from the ELF file."""
    sizes = Sizes(code=2000, constants=256, flash_total=2300, arena=8, link=600, static=40, stack=4096)
    return Image(of.path, of.sha256(), of.path / "firmware.elf", "ab" * 32, "gcc 12.2", sizes)


def make(of: Project, measurements: Measurements = EXACT, **changes: Any) -> dict[str, Any]:
    """Return the record of a validation on the emulator."""
    given: dict[str, Any] = {
        "source": {"random": 3, "seed": 0},
        "samples_sha256": "cd" * 32,
        "desk": None,
        "float_model": None,
        "labels": None,
    }
    return record.make(
        of, image(of), "qemu", "7.2", 25_000_000, "tflite-micro 1", measurements, **(given | changes)
    )

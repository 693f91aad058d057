"""The record of a validation: every figure with what it takes to measure it again."""

import importlib.metadata
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tinyml.build import Image
from tinyml.files import write_atomically
from tinyml.generate import Project
from tinyml.generate.project import RECORD
from tinyml.measure.measurements import Measurements
from tinyml.quantize import Converted
from tinyml.version import __version__


def make(
    project: Project,
    image: Image,
    target: str,
    target_version: str,
    clock_hz: int,
    oracle: str,
    measurements: Measurements,
    source: dict[str, Any],
    desk: dict[str, Any] | None,
    float_model: dict[str, Any] | None,
    labels: dict[str, Any] | None,
) -> dict[str, Any]:
    """Return the record as a tree of plain values.

    Args:
        project: what was built.
        image: what ran.
        target: how it ran, such as "qemu".
        target_version: the emulator's version, or what the board says of itself.
        clock_hz: of the core, as the device reports it.
        oracle: the interpreter that gave the expected bits, with its version.
        measurements: what the device answered and needed.
        source: where the samples come from: {"data": base name} or {"random": n, "seed": s}.
        desk: {"interpreter", "agree"} for the desktop interpreter, or None where none is installed.
        float_model: {"top1_agree"} with the float model, or None where it is not known.
        labels: {"top1_correct"} against the samples' labels, or None where there are none.
    """
    sizes = image.sizes
    mismatch = measurements.mismatch
    return {
        "tinyml": __version__,
        "model": dict(project.manifest["model"]),
        "board": project.manifest["board"],
        "target": target,
        "clock": {"hz": clock_hz, "board_hz": project.board().clock_hz},
        "placement": dict(project.manifest["placement"]),
        "engine": project.manifest["engine"],
        "source": source,
        "samples": measurements.samples,
        "exact": sum(measurements.exact),
        "first_mismatch": None if mismatch is None else mismatch.layer,
        "mismatch": None if mismatch is None else asdict(mismatch),
        "desk": desk,
        "float_model": float_model,
        "labels": labels,
        "instructions": measurements.instruction_summary,
        "microseconds": measurements.microsecond_summary,
        "layers": [asdict(layer) for layer in measurements.layers],
        "macs": project.manifest["macs"],
        "arena_bytes": project.manifest["arena_bytes"],
        "static_bytes": sizes.static + sizes.arena - project.manifest["arena_bytes"],  # the arena's guards
        "link_bytes": sizes.link,
        "stack_bytes": measurements.stack_bytes,
        "run_stack_bytes": max(measurements.run_stack_bytes, default=None),
        "flash": {"code": sizes.code, "constants": sizes.constants, "total": sizes.flash_total},
        "versions": {
            "compiler": image.compiler,
            target: target_version,
            "oracle": oracle,
            "platformio": importlib.metadata.version("platformio"),
        },
        "hashes": {"project": project.sha256(), "image": image.sha256},
    }


def write(folder: Path, record: dict[str, Any]) -> Path:
    """Write `record` into `folder` and return the file's path."""
    path = folder / RECORD
    write_atomically(path, (json.dumps(record, indent=2) + "\n").encode())
    return path


def conversion(converted: Converted) -> dict[str, Any]:
    """Return how an int8 model was made, for the record."""
    return {
        "source": converted.source,
        "format": converted.format,
        "versions": dict(converted.versions),
        "calibration_samples": converted.calibration_samples,
        "accuracy": None if converted.accuracy is None else asdict(converted.accuracy),
    }
